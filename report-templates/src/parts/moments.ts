// The moments that can be compared: the empty start, the snapshots that have sites, the end.
import type { Context } from '../context';
import * as format from '../format';
import type { SnapshotSites } from '../model';
import { columnOf, positionsOf } from './columns';
import { rangeInTime } from './range';

const known = new WeakMap<object, Moment[]>();

function column(length: number, site: ArrayLike<number>, values: ArrayLike<number>): Float64Array {
  const found = new Float64Array(length);
  for (let i = 0; i < site.length; ++i) found[site[i] as number] = values[i] as number;
  return found;
}

// What each site holds is laid out when the moment is compared first.
export class Moment {
  private heldBytes: Float64Array | undefined;
  private heldBlocks: Float64Array | undefined;

  constructor(readonly key: string, readonly label: string, readonly timeNs: number, readonly bytes: number, readonly blocks: number,
              private readonly length: number, private readonly held: () => SnapshotSites) {}

  // These two by the id of the site; ids are positions.
  get siteBytes(): Float64Array {
    return this.heldBytes ??= column(this.length, this.held().site, this.held().bytes);
  }

  get siteBlocks(): Float64Array {
    return this.heldBlocks ??= column(this.length, this.held().site, this.held().blocks);
  }
}

export function momentsOf({ process }: Context): Moment[] {
  const ready = known.get(process);
  if (ready) return ready;
  const { sites = [], snapshots = [], duration_ns: end = 0, totals } = process;
  // A snapshot may name sites that the report does not list.
  const length = snapshots.reduce((most, one) => Math.max(most, (one.sites?.site[one.sites.site.length - 1] ?? -1) + 1), sites.length);
  const found = [new Moment('start', 'Start (empty heap)', 0, 0, 0, length, () => ({ site: [], blocks: [], bytes: [] }))];
  snapshots.forEach(({ label, time_ns: time, heap_bytes: bytes, blocks, sites: held }, index) => {
    if (held) found.push(new Moment(String(index), `${label}, ${format.duration(time)}`, time, bytes, blocks, length, () => held));
  });
  found.push(new Moment('end', `End${end ? `, ${format.duration(end)}` : ''}`, end, totals.live_bytes, totals.live_blocks, length,
    () => ({ site: positionsOf(process), bytes: columnOf(process, 'live_bytes'), blocks: columnOf(process, 'live_blocks') })));
  known.set(process, found);
  return found;
}

// What the reader chose, or the first and the last of the range, or what tells most: the first snapshot and the last but
// one, which is rarely after the work.
export function chosenMoments(context: Context, all: Moment[]): [Moment, Moment] {
  const { store } = context;
  const chosen = (key: string, fallback: Moment | undefined) => all.find((one) => one.key === key) ?? fallback ?? (all[0] as Moment);
  const range = rangeInTime(context);
  const inside = range ? all.filter((one) => one.timeNs >= range.fromNs && one.timeNs <= range.toNs) : [];
  if (inside.length > 1) return [chosen(store.get('from'), inside[0]), chosen(store.get('to'), inside.at(-1))];
  return [chosen(store.get('from'), all[1]), chosen(store.get('to'), all[all.length > 3 ? all.length - 2 : all.length - 1])];
}
