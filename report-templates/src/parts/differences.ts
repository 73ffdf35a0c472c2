// What two moments hold differently, by allocation site or by what sites have in common.
import type { Context } from '../context';
import { type Site, siteById } from '../model';
import type { Moment } from './moments';
import { commonsOf } from './site_groups';

export class Difference {
  readonly name: string = '';   // of a group
  readonly place: string = '';

  // `id` of the site, or of the first one in the group.
  constructor(protected readonly context: Context, readonly id: number, public blocks: number, public before: number, public after: number) {}

  get bytes(): number {
    return this.after - this.before;
  }

  // None when the report left the site out.
  get sites(): Site[] {
    const site = siteById(this.context.process, this.id);
    return site ? [site] : [];
  }
}

class GroupDifference extends Difference {
  private readonly members: Difference[] = [];

  constructor(context: Context, first: Difference, override readonly name: string, override readonly place: string) {
    super(context, first.id, 0, 0, 0);
  }

  add(one: Difference): void {
    this.members.push(one);
    this.blocks += one.blocks;
    this.before += one.before;
    this.after += one.after;
  }

  override get sites(): Site[] {
    return this.members.flatMap((one) => one.sites);
  }
}

function bySite(context: Context, from: Moment, to: Moment): Difference[] {
  const found: Difference[] = [];
  for (let id = 0; id < to.siteBytes.length; ++id) {
    const [before, after] = [from.siteBytes[id] as number, to.siteBytes[id] as number];
    const blocks = (to.siteBlocks[id] as number) - (from.siteBlocks[id] as number);
    if (before !== after || blocks !== 0) found.push(new Difference(context, id, blocks, before, after));
  }
  return found;
}

function grouped(context: Context, single: Difference[], by: string): Difference[] {
  const common = commonsOf(context, by);
  const groups: GroupDifference[] = [];
  for (const one of single) {
    const number = common.of[one.id] ?? common.names.length;
    const { name, place } = common.names[number] ?? { name: '(sites that are not in this report)', place: '' };
    (groups[number] ??= new GroupDifference(context, one, name, place)).add(one);
  }
  return groups.filter(Boolean);
}

// In no order.
export function differences(context: Context, from: Moment, to: Moment, by: string): Difference[] {
  const single = bySite(context, from, to);
  return by === 'stack' ? single : grouped(context, single, by);
}
