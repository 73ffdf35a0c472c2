// The moments that can be compared: the empty start, the snapshots that have sites, the end.
import type { Context } from '../context';
import * as format from '../format';
import { rangeInTime } from './range';

export interface Held { bytes: number; blocks: number }
export interface Moment { key: string; label: string; timeNs: number; bytes: number; blocks: number; sites: Map<number, Held> }

const known = new WeakMap<object, Moment[]>();

export function momentsOf({ process }: Context): Moment[] {
  const ready = known.get(process);
  if (ready) return ready;
  const found: Moment[] = [{ key: 'start', label: 'Start (empty heap)', timeNs: 0, bytes: 0, blocks: 0, sites: new Map() }];
  process.snapshots?.forEach((one, index) => {
    if (!one.sites) return;
    found.push({
      key: String(index), label: `${one.label}, ${format.duration(one.time_ns)}`, timeNs: one.time_ns, bytes: one.heap_bytes, blocks: one.blocks,
      sites: new Map(one.sites.map((site) => [site.site, { bytes: site.bytes, blocks: site.blocks }])),
    });
  });
  const live = (process.sites ?? []).filter((site) => site.live_blocks > 0);
  found.push({
    key: 'end', label: `End${process.duration_ns ? `, ${format.duration(process.duration_ns)}` : ''}`, timeNs: process.duration_ns ?? 0,
    bytes: process.totals.live_bytes, blocks: process.totals.live_blocks,
    sites: new Map(live.map((site) => [site.id, { bytes: site.live_bytes, blocks: site.live_blocks }])),
  });
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
