// The moments that can be compared: the empty start, the snapshots that have sites, the end.
import type { Context } from '../context';
import * as format from '../format';
import type { SnapshotSites } from '../model';
import { rangeInTime } from './range';

// `siteBytes` and `siteBlocks` are by the id of the site; ids are positions.
export interface Moment { key: string; label: string; timeNs: number; bytes: number; blocks: number; siteBytes: Float64Array; siteBlocks: Float64Array }

const known = new WeakMap<object, Moment[]>();

function columns(length: number, { site, bytes, blocks }: SnapshotSites): Pick<Moment, 'siteBytes' | 'siteBlocks'> {
  const [siteBytes, siteBlocks] = [new Float64Array(length), new Float64Array(length)];
  for (let i = 0; i < site.length; ++i) {
    siteBytes[site[i] as number] = bytes[i] as number;
    siteBlocks[site[i] as number] = blocks[i] as number;
  }
  return { siteBytes, siteBlocks };
}

export function momentsOf({ process }: Context): Moment[] {
  const ready = known.get(process);
  if (ready) return ready;
  const sites = process.sites ?? [];
  // A snapshot may name sites that the report does not list.
  const length = (process.snapshots ?? []).reduce((most, one) => Math.max(most, (one.sites?.site[one.sites.site.length - 1] ?? -1) + 1), sites.length);
  const found: Moment[] = [{ key: 'start', label: 'Start (empty heap)', timeNs: 0, bytes: 0, blocks: 0, ...columns(length, { site: [], bytes: [], blocks: [] }) }];
  process.snapshots?.forEach((one, index) => {
    if (!one.sites) return;
    found.push({ key: String(index), label: `${one.label}, ${format.duration(one.time_ns)}`, timeNs: one.time_ns, bytes: one.heap_bytes, blocks: one.blocks, ...columns(length, one.sites) });
  });
  found.push({
    key: 'end', label: `End${process.duration_ns ? `, ${format.duration(process.duration_ns)}` : ''}`, timeNs: process.duration_ns ?? 0,
    bytes: process.totals.live_bytes, blocks: process.totals.live_blocks,
    ...columns(length, { site: sites.map((site) => site.id), bytes: sites.map((site) => site.live_bytes), blocks: sites.map((site) => site.live_blocks) }),
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
