// The live bytes of several sites over the run, added up.
import type { Process } from '../model';

export function courseOf({ courses }: Process, sites: Int32Array): Float64Array | undefined {
  if (!courses || courses.length < 2 || sites.length === 0) return undefined;
  const { all, length } = courses;
  const sums = new Float64Array(length);
  for (const site of sites) {
    const from = site * length;
    for (let i = 0; i < length; ++i) sums[i] = (sums[i] as number) + (all[from + i] as number);
  }
  return sums;
}

export function highest(values: ArrayLike<number> | undefined): number {
  let most = 0;
  const length = values?.length ?? 0;
  for (let i = 0; i < length; ++i) most = Math.max(most, (values as ArrayLike<number>)[i] as number);
  return most;
}
