// Allocation sites put together by what they have in common. A row has the figures of a site, so that one table shows
// sites and groups of them alike.
import type { Context } from '../context';
import { baseName, type Frame, type Growth, type Process, type Site } from '../model';
import { courseOf } from './course';

export interface SiteRow {
  sum: Site;          // of the group; the site itself when there is no grouping
  sites: Site[];
  name: string;       // of the group, empty for a single site
  place: string;
}

export interface Common { key: string; name: string; place: string }

const UNKNOWN: Record<string, string> = { function: '(no stack recorded)', file: '(no source file known)', module: '(no module known)', type: '(type not known)', thread: '(before the recording)' };

export const GROUPINGS = [
  { key: 'stack', label: 'Call stack' },
  { key: 'function', label: 'Function' },
  { key: 'file', label: 'Source file' },
  { key: 'module', label: 'Module' },
  { key: 'type', label: 'Type' },
  { key: 'thread', label: 'Thread' },
];
const NAMED_THREADS = 3;

// Types are known when the heap was scanned, and threads are told where there are several.
export function groupingsOf({ process }: Context): typeof GROUPINGS {
  const known = { type: (site: Site) => site.types, thread: (site: Site) => site.threads };
  return GROUPINGS.filter(({ key }) => !(key in known) || process.sites?.some(known[key as keyof typeof known]));
}

export function threadName({ threads = [] }: Process, tid: number): string {
  const name = threads.find((one) => one.tid === tid)?.name;
  return name ? `${name} (${tid})` : `thread ${tid}`;
}

// A place where several threads allocate is a group of its own: its bytes cannot be told apart.
function threadsOf(process: Process, { threads = [], more_threads: more }: Site): Common {
  const tids = [...threads].sort((a, b) => a - b);
  const name = !more && tids.length <= NAMED_THREADS ? tids.map((tid) => threadName(process, tid)).join(', ') : `${more ? 'more than ' : ''}${tids.length} threads`;
  return { key: `${tids.join()}${more ? '+' : ''}`, name: name || UNKNOWN['thread'] as string, place: '' };
}

function commonOf(process: Process, by: string, site: Site, frame: Frame | undefined): Common {
  const named = (key: string, name = key, place = ''): Common => ({ key, name: key === '' ? UNKNOWN[by] ?? '' : name, place });
  switch (by) {
    case 'file': return named(frame?.file ?? '', frame?.file ? baseName(frame.file) : '', frame?.file ?? '');
    case 'module': return named(frame?.module ?? '', frame?.module ? baseName(frame.module) : '', frame?.module ?? '');
    case 'thread': return threadsOf(process, site);
    // A place that makes several types is a group of its own: its bytes cannot be told apart over time.
    case 'type': return named((site.types ?? []).map((type) => type.name).sort().join(', '));
    default: return { ...named(frame ? `${frame.function}\n${frame.module ?? ''}` : '', frame?.function), place: frame?.file || frame?.module || '' };
  }
}

// What all sites have in common with others, by number: worked out once for each grouping.
export interface Commons { names: Common[]; of: Int32Array }  // `of`: by position of the site

const known = new WeakMap<Process, Map<string, Commons>>();

export function commonsOf({ frames, process }: Context, by: string): Commons {
  const ready = known.get(process) ?? known.set(process, new Map()).get(process) as Map<string, Commons>;
  const found = ready.get(by);
  if (found) return found;
  const names: Common[] = [];
  const numbers = new Map<string, number>();
  const of = Int32Array.from(process.sites ?? [], (site) => {
    const common = commonOf(process, by, site, frames.blamed(site));
    const number = numbers.get(common.key);
    if (number !== undefined) return number;
    numbers.set(common.key, names.length);
    return names.push(common) - 1;
  });
  ready.set(by, { names, of });
  return { names, of };
}

// Courses are long and few of them are drawn: added up when asked for.
class Sum {
  allocations = 0;
  allocated_bytes = 0;
  live_blocks = 0;
  live_bytes = 0;
  peak_bytes = 0;
  temporary_allocations = 0;
  lost_bytes = 0;
  slope = 0;
  private course: Float64Array | undefined;

  constructor(private readonly process: Process, readonly id: number, private readonly members: Site[]) {}

  get growth(): Growth | null {
    return this.members.some((site) => site.growth) ? { slope_bytes_per_s: this.slope } : null;
  }

  get stack(): number[] {
    return this.members[0]?.stack ?? [];
  }

  get live_bytes_over_time(): Float64Array {
    return this.course ??= courseOf(this.process, this.members) ?? new Float64Array();
  }

  add(site: Site): void {
    this.members.push(site);
    this.allocations += site.allocations;
    this.allocated_bytes += site.allocated_bytes;
    this.live_blocks += site.live_blocks;
    this.live_bytes += site.live_bytes;
    this.peak_bytes += site.peak_bytes;
    this.temporary_allocations += site.temporary_allocations;
    this.lost_bytes += site.lost_bytes;
    this.slope += site.slope;
  }
}

export function totalOf(process: Process, sites: Site[]): Site {
  const sum = new Sum(process, sites[0]?.id ?? 0, []);
  for (const site of sites) sum.add(site);
  return sum;
}

const singles = new WeakMap<Process, SiteRow[]>();

// A site as a row: the same one each time.
function singleOf(process: Process, site: Site): SiteRow {
  const ready = singles.get(process) ?? singles.set(process, []).get(process) as SiteRow[];
  return ready[site.id] ??= { sum: site, sites: [site], name: '', place: '' };
}

export function rowsOf(context: Context, sites: Site[], by: string): SiteRow[] {
  if (by === 'stack') return sites.map((site) => singleOf(context.process, site));
  const { names, of } = commonsOf(context, by);
  const found: SiteRow[] = [];
  const sums: Sum[] = [];
  for (const site of sites) {
    const number = of[site.id] as number;
    let sum = sums[number];
    if (!sum) {
      const { name, place } = names[number] as Common;
      const members: Site[] = [];
      sum = sums[number] = new Sum(context.process, site.id, members);
      found.push({ sum, sites: members, name, place });
    }
    sum.add(site);
  }
  return found;
}
