// What two moments hold differently, by allocation site or by what sites have in common.
import type { Context } from '../context';
import { type Site, siteById } from '../model';
import type { Moment } from './moments';
import { largestFirst } from './order';
import { commonsOf } from './site_groups';

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
  for (let id = 0; id < to.siteBytes.length; ++id) {
    const [before, after] = [from.siteBytes[id] as number, to.siteBytes[id] as number];
    const blocks = (to.siteBlocks[id] as number) - (from.siteBlocks[id] as number);
    if (before === after && blocks === 0) continue;
    const site = siteById(context.process, id);
    found.push({ id, sites: site ? [site] : [], name: '', place: '', bytes: after - before, blocks, before, after });
  }
  return found;
}

function grouped(context: Context, single: Difference[], by: string): Difference[] {
  const common = commonsOf(context, by);
  const groups: Difference[] = [];
  for (const one of single) {
    const number = common.of[one.id] ?? common.names.length;
    const group = groups[number];
    if (!group) {
      const { name, place } = common.names[number] ?? { name: '(sites that are not in this report)', place: '' };
      groups[number] = { ...one, name, place };
      continue;
    }
    group.sites.push(...one.sites);
    group.bytes += one.bytes;
    group.blocks += one.blocks;
    group.before += one.before;
    group.after += one.after;
  }
  return groups.filter(Boolean);
}

export function differences(context: Context, from: Moment, to: Moment, by: string): Difference[] {
  const single = bySite(context, from, to);
  return largestFirst(by === 'stack' ? single : grouped(context, single, by), (one) => one.bytes);
}
