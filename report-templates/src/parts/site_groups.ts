// Allocation sites put together by what they have in common. A row has the figures of a site, so that one table shows
// sites and groups of them alike.
import type { Context } from '../context';
import { baseName, type Frame, type Site } from '../model';
import { courseOf } from './course';

export interface SiteRow {
  sum: Site;          // of the group; the site itself when there is no grouping
  sites: Site[];
  name: string;       // of the group, empty for a single site
  place: string;
}

export interface Common { key: string; name: string; place: string }

const UNKNOWN: Record<string, string> = { function: '(no stack recorded)', file: '(no source file known)', module: '(no module known)', type: '(type not known)' };

export const GROUPINGS = [
  { key: 'stack', label: 'Call stack' },
  { key: 'function', label: 'Function' },
  { key: 'file', label: 'Source file' },
  { key: 'module', label: 'Module' },
  { key: 'type', label: 'Type' },
];

// Types are known when the heap was scanned.
export function groupingsOf({ process }: Context): typeof GROUPINGS {
  return GROUPINGS.filter((one) => one.key !== 'type' || process.sites?.some((site) => site.types));
}

function commonOf(by: string, site: Site, frame: Frame | undefined): Common {
  const named = (key: string, name = key, place = ''): Common => ({ key, name: key === '' ? UNKNOWN[by] ?? '' : name, place });
  switch (by) {
    case 'file': return named(frame?.file ?? '', frame?.file ? baseName(frame.file) : '', frame?.file ?? '');
    case 'module': return named(frame?.module ?? '', frame?.module ? baseName(frame.module) : '', frame?.module ?? '');
    // A place that makes several types is a group of its own: its bytes cannot be told apart over time.
    case 'type': return named((site.types ?? []).map((type) => type.name).sort().join(', '));
    default: return { ...named(frame ? `${frame.function}\n${frame.module ?? ''}` : '', frame?.function), place: frame?.file || frame?.module || '' };
  }
}

export function commonOfSite({ frames }: Context, by: string, site: Site): Common {
  return commonOf(by, site, frames.blamed(site.stack, site.blamed));
}

function summed(sites: Site[]): Site {
  const sum = (of: (site: Site) => number) => sites.reduce((total, site) => total + of(site), 0);
  const first = sites[0] as Site;
  const result: Site = {
    id: first.id, stack: first.stack, allocations: sum((site) => site.allocations), allocated_bytes: sum((site) => site.allocated_bytes),
    live_blocks: sum((site) => site.live_blocks), live_bytes: sum((site) => site.live_bytes), peak_bytes: sum((site) => site.peak_bytes),
    temporary_allocations: sum((site) => site.temporary_allocations),
  };
  if (sites.some((site) => site.growth)) result.growth = { slope_bytes_per_s: sum((site) => site.growth?.slope_bytes_per_s ?? 0) };
  const course = courseOf(sites);
  if (course) result.live_bytes_over_time = course;
  if (sites.some((site) => site.lost)) {
    const total = (of: 'definitely_lost' | 'indirectly_lost' | 'possibly_lost' | 'still_reachable') =>
      ({ blocks: sum((site) => site.lost?.[of].blocks ?? 0), bytes: sum((site) => site.lost?.[of].bytes ?? 0) });
    result.lost = { definitely_lost: total('definitely_lost'), indirectly_lost: total('indirectly_lost'), possibly_lost: total('possibly_lost'), still_reachable: total('still_reachable') };
  }
  return result;
}

export function rowsOf(context: Context, sites: Site[], by: string): SiteRow[] {
  if (by === 'stack') return sites.map((site) => ({ sum: site, sites: [site], name: '', place: '' }));
  const groups = new Map<string, { common: Common; sites: Site[] }>();
  for (const site of sites) {
    const common = commonOfSite(context, by, site);
    const group = groups.get(common.key);
    if (group) group.sites.push(site);
    else groups.set(common.key, { common, sites: [site] });
  }
  return [...groups.values()].map(({ common, sites: members }) => ({ sum: summed(members), sites: members, name: common.name, place: common.place }));
}
