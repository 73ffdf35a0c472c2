// The live bytes of several sites over the run, added up.
import type { Site } from '../model';

export function courseOf(sites: Site[]): number[] | undefined {
  const length = sites.reduce((most, site) => Math.max(most, site.live_bytes_over_time?.length ?? 0), 0);
  if (length < 2) return undefined;
  const sums = new Array<number>(length).fill(0);
  for (const site of sites) site.live_bytes_over_time?.forEach((value, i) => (sums[i] = (sums[i] ?? 0) + value));
  return sums;
}
