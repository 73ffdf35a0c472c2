// The range that was picked on the timeline. Sites are known at a limited number of moments: the range of a list runs
// from the moment nearest to its begin to the one nearest to its end.
import type { Context } from '../context';
import type { Process, Site } from '../model';
import { less } from './columns';

export interface TimeRange { fromNs: number; toNs: number }
export interface SiteRange extends TimeRange { from: number; to: number }  // positions in bucket_end_ns, -1 for the start

export function rangeInTime({ store }: Context): TimeRange | null {
  const [fromNs, toNs] = store.get('range').split('-').map(Number);
  return fromNs !== undefined && toNs !== undefined && toNs > fromNs ? { fromNs, toNs } : null;
}

function nearest(ends: number[], time: number): number {
  let best = -1;  // the start, where nothing is held
  for (let i = 0; i < ends.length; ++i) {
    if (Math.abs((ends[i] ?? 0) - time) < Math.abs((best < 0 ? 0 : ends[best] ?? 0) - time)) best = i;
  }
  return best;
}

export function rangeOfSites(context: Context): SiteRange | null {
  const range = rangeInTime(context);
  const ends = context.process.bucket_end_ns ?? [];
  if (!range || ends.length < 2) return null;
  const from = Math.min(nearest(ends, range.fromNs), ends.length - 2);
  const to = Math.max(nearest(ends, range.toNs), from + 1);
  return { from, to, fromNs: ends[from] ?? 0, toNs: ends[to] ?? 0 };
}

const KEPT = 6;
const known = new WeakMap<Process, Map<number | string, Float64Array>>();

// What was worked out last, of each process: several views ask for the same.
function remembered(process: Process, key: number | string, make: () => Float64Array): Float64Array {
  const ready = known.get(process) ?? known.set(process, new Map()).get(process) as Map<number | string, Float64Array>;
  const held = ready.get(key);
  if (held) return held;
  const found = make();
  if (ready.size >= KEPT) ready.delete(ready.keys().next().value as number);
  ready.set(key, found);
  return found;
}

// What each site held at a moment, by its position.
export function bytesOfAll(process: Process, moment: number): Float64Array {
  return remembered(process, moment, () => {
    const { courses, sites = [] } = process;
    const found = new Float64Array(sites.length);
    if (!courses || moment < 0) return found;
    const { all, length } = courses;
    for (let i = 0; i < found.length; ++i) found[i] = all[i * length + moment] as number;
    return found;
  });
}

// How much more each site held at the end of a range than at its begin.
export function grownIn(process: Process, { from, to }: SiteRange): Float64Array {
  return remembered(process, `${from}-${to}`, () => less(bytesOfAll(process, to), bytesOfAll(process, from)));
}

export function bytesAt(site: Site, moment: number): number {
  return moment < 0 ? 0 : site.live_bytes_over_time?.[moment] ?? 0;
}

// The lists turn to the range with it, and back without it.
export function setRange({ store }: Context, range: string): void {
  const now = range === '' ? { list: 'live', cost: 'live' } : { list: 'range', cost: 'range' };
  const follows = (key: 'list' | 'cost') => range !== '' || store.get(key) === 'range';
  store.set({
    range, page: 0, open: -1, ...(follows('list') ? { list: now.list, sort: '' } : {}), ...(follows('cost') ? { cost: now.cost } : {}),
  });
}
