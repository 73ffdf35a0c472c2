// The live bytes of several sites over the run, added up.
import type { Process, Site } from '../model';

export function courseOf({ courses }: Process, sites: Site[]): Float64Array | undefined {
  if (!courses || courses.length < 2 || sites.length === 0) return undefined;
  const { all, length } = courses;
  const sums = new Float64Array(length);
  for (const { id } of sites) {
    const from = id * length;
    for (let i = 0; i < length; ++i) sums[i] = (sums[i] as number) + (all[from + i] as number);
  }
  return sums;
}

// The largest of what one site held.
export function highestOf({ courses }: Process, { id }: Site): number {
  if (!courses) return 0;
  const { all, length } = courses;
  let most = 0;
  for (let i = id * length; i < (id + 1) * length; ++i) most = Math.max(most, all[i] as number);
  return most;
}

export function highest(values: ArrayLike<number> | undefined): number {
  let most = 0;
  const length = values?.length ?? 0;
  for (let i = 0; i < length; ++i) most = Math.max(most, (values as ArrayLike<number>)[i] as number);
  return most;
}
