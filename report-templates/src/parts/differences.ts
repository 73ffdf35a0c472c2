// What two moments hold differently, by allocation site or by what sites have in common: columns, of which a row is made
// when it is shown.
import type { Context } from '../context';
import { less, pick } from './columns';
import type { Moment } from './moments';
import { type Items, ranks } from './order';
import { type Common, commonsOf, nameRanks } from './site_groups';

export interface Difference {
  id: number;               // of the site, or of the first one in the group
  blocks: number;
  before: number;
  after: number;
  bytes: number;
  name: string;             // of a group
  place: string;
  positions: Int32Array;    // of the sites that the report lists
}

const UNLISTED: Common = { key: '', name: '(sites that are not in this report)', place: '' };

// One row for each slot; in no order.
export class Differences implements Items<Difference> {
  readonly bytes: Float64Array;

  constructor(private readonly context: Context, private readonly ids: Int32Array, readonly blocks: Float64Array, readonly before: Float64Array,
              readonly after: Float64Array, private readonly commons?: Common[], private readonly membersOf?: (row: number) => Int32Array) {
    this.bytes = less(after, before);
  }

  get length(): number {
    return this.ids.length;
  }

  at(row: number): Difference | undefined {
    const { context: { process }, membersOf } = this;
    const id = this.ids[row];
    if (id === undefined) return undefined;
    const number = (all: Float64Array) => all[row] as number;
    const { name, place } = this.commons?.[row] ?? { name: '', place: '' };
    return {
      id, name, place, blocks: number(this.blocks), before: number(this.before), after: number(this.after), bytes: number(this.bytes),
      get positions() { return (membersOf?.(row) ?? Int32Array.of(id)).filter((one) => one < (process.sites?.length ?? 0)); },
    };
  }

  // Numbers in the order of what the rows are named.
  names(): Float64Array {
    if (this.commons) return ranks(this.commons.map(({ name }) => name));
    const all = nameRanks(this.context);
    return Float64Array.from(this.ids, (id) => all[id] ?? -1);
  }
}

function bySite(context: Context, from: Moment, to: Moment): Differences {
  const [fromBytes, toBytes, fromBlocks, toBlocks] = [from.siteBytes, to.siteBytes, from.siteBlocks, to.siteBlocks];
  const found = new Int32Array(toBytes.length);
  let length = 0;
  for (let id = 0; id < toBytes.length; ++id) {
    if (fromBytes[id] !== toBytes[id] || fromBlocks[id] !== toBlocks[id]) found[length++] = id;
  }
  const ids = found.subarray(0, length);
  return new Differences(context, ids, less(pick(toBlocks, ids), pick(fromBlocks, ids)), pick(fromBytes, ids), pick(toBytes, ids));
}

function grouped(context: Context, from: Moment, to: Moment, by: string): Differences {
  const { names, of } = commonsOf(context, by);
  const slots = new Int32Array(names.length + 1).fill(-1);  // the last one: sites that are not listed
  const [ids, commons]: [number[], Common[]] = [[], []];
  const [blocks, before, after] = [new Float64Array(slots.length), new Float64Array(slots.length), new Float64Array(slots.length)];
  const [fromBytes, toBytes, fromBlocks, toBlocks] = [from.siteBytes, to.siteBytes, from.siteBlocks, to.siteBlocks];
  const slotOf = new Int32Array(toBytes.length).fill(-1);
  for (let id = 0; id < slotOf.length; ++id) {
    if (fromBytes[id] === toBytes[id] && fromBlocks[id] === toBlocks[id]) continue;
    const number = of[id] ?? names.length;
    if (slots[number] === -1) {
      slots[number] = ids.push(id) - 1;
      commons.push(names[number] ?? UNLISTED);
    }
    const slot = slotOf[id] = slots[number] as number;
    blocks[slot]! += (toBlocks[id] as number) - (fromBlocks[id] as number);
    before[slot]! += fromBytes[id] as number;
    after[slot]! += toBytes[id] as number;
  }
  const rows = (all: Float64Array) => all.subarray(0, ids.length);
  const members = (row: number) => Int32Array.from(slotOf.keys()).filter((id) => slotOf[id] === row);
  return new Differences(context, Int32Array.from(ids), rows(blocks), rows(before), rows(after), commons, members);
}

export function differences(context: Context, from: Moment, to: Moment, by: string): Differences {
  return by === 'stack' ? bySite(context, from, to) : grouped(context, from, to, by);
}
