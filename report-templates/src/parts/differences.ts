// What two moments hold differently, by allocation site or by what sites have in common.
import type { Context } from '../context';
import { type Site, siteById } from '../model';
import type { Moment } from './moments';
import { commonOfSite } from './site_groups';

export interface Difference {
  id: number;           // of the site, or of the first one in the group
  sites: Site[];        // none when the report left the site out
  name: string;         // of the group, empty for a single site
  place: string;
  bytes: number;
  blocks: number;
  before: number;
  after: number;
}

function bySite(context: Context, from: Moment, to: Moment): Difference[] {
  const found: Difference[] = [];
  for (const id of new Set([...from.sites.keys(), ...to.sites.keys()])) {
    const before = from.sites.get(id) ?? { bytes: 0, blocks: 0 };
    const after = to.sites.get(id) ?? { bytes: 0, blocks: 0 };
    const bytes = after.bytes - before.bytes;
    const blocks = after.blocks - before.blocks;
    if (bytes === 0 && blocks === 0) continue;
    const site = siteById(context.process, id);
    found.push({ id, sites: site ? [site] : [], name: '', place: '', bytes, blocks, before: before.bytes, after: after.bytes });
  }
  return found;
}

export function differences(context: Context, from: Moment, to: Moment, by: string): Difference[] {
  const single = bySite(context, from, to);
  if (by === 'stack') return single.sort((a, b) => b.bytes - a.bytes);
  const groups = new Map<string, Difference>();
  for (const one of single) {
    const [site] = one.sites;
    const common = site ? commonOfSite(context, by, site) : { key: '', name: '(sites that are not in this report)', place: '' };
    const group = groups.get(common.key);
    if (!group) {
      groups.set(common.key, { ...one, name: common.name, place: common.place });
      continue;
    }
    group.sites.push(...one.sites);
    group.bytes += one.bytes;
    group.blocks += one.blocks;
    group.before += one.before;
    group.after += one.after;
  }
  return [...groups.values()].sort((a, b) => b.bytes - a.bytes);
}
