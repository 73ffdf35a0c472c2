// The figures of all sites of a process side by side, by position: what adds up or orders tens of thousands of sites reads
// these and not the sites. Plain loops: the first call of a method that takes a function is what the reader waits for.
import type { Process } from '../model';
import { numbersOf } from './order';

export const SUMMED = ['live_bytes', 'peak_bytes', 'allocations', 'temporary_allocations', 'live_blocks', 'lost_bytes', 'slope', 'allocated_bytes'] as const;
export type Figure = typeof SUMMED[number];

const columns = new WeakMap<Process, Map<Figure, Float64Array>>();
const positions = new WeakMap<Process, Int32Array>();

export function columnOf(process: Process, figure: Figure): Float64Array {
  const ready = columns.get(process) ?? columns.set(process, new Map()).get(process) as Map<Figure, Float64Array>;
  return ready.get(figure) ?? ready.set(figure, numbersOf(process.sites ?? [], (site) => site[figure])).get(figure) as Float64Array;
}

// All of them, in order.
export function positionsOf(process: Process): Int32Array {
  return positions.get(process) ?? positions.set(process, Int32Array.from(process.sites ?? [], (_, at) => at)).get(process) as Int32Array;
}

// Those where there is something.
export function positive(all: Float64Array): Int32Array {
  const found = new Int32Array(all.length);
  let length = 0;
  for (let at = 0; at < all.length; ++at) {
    if ((all[at] as number) > 0) found[length++] = at;
  }
  return found.subarray(0, length);
}

export function pick(all: Float64Array, at: Int32Array): Float64Array {
  const found = new Float64Array(at.length);
  for (let i = 0; i < at.length; ++i) found[i] = all[at[i] as number] as number;
  return found;
}

export function sumAt(all: Float64Array, at: Int32Array): number {
  let sum = 0;
  for (let i = 0; i < at.length; ++i) sum += all[at[i] as number] as number;
  return sum;
}

export function sumOf(all: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < all.length; ++i) sum += all[i] as number;
  return sum;
}

// Of numbers regardless of their sign.
export function largest(all: Float64Array): number {
  let most = 0;
  for (let i = 0; i < all.length; ++i) most = Math.max(most, Math.abs(all[i] as number));
  return most;
}

export function less(all: Float64Array, before: Float64Array): Float64Array {
  const found = new Float64Array(all.length);
  for (let i = 0; i < found.length; ++i) found[i] = (all[i] as number) - (before[i] as number);
  return found;
}
