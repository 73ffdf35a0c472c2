// The live bytes of several sites over the run, added up.
import type { Site } from '../model';

export function courseOf(sites: Site[]): Float64Array | undefined {
  const length = sites.reduce((most, site) => Math.max(most, site.live_bytes_over_time?.length ?? 0), 0);
  if (length < 2) return undefined;
  const sums = new Float64Array(length);
  for (const site of sites) {
    const course = site.live_bytes_over_time;
    if (!course) continue;
    for (let i = 0; i < course.length; ++i) sums[i] = (sums[i] as number) + (course[i] as number);
  }
  return sums;
}

export function highest(values: ArrayLike<number> | undefined): number {
  let most = 0;
  for (let i = 0; i < (values?.length ?? 0); ++i) most = Math.max(most, values?.[i] ?? 0);
  return most;
}
