// What a site can be measured by, where one view offers a choice of it: the same names and sums in all of them.
import type { Context } from '../context';
import * as format from '../format';
import type { Process } from '../model';
import { columnOf } from './columns';
import { bytesOfAll, grownIn, rangeOfSites, type SiteRange } from './range';
import { chosenMoments, momentsOf } from './moments';

export interface Cost {
  key: string;
  label: string;
  bytes: boolean;
  all: () => Float64Array;   // by position of the site
  text?: (value: number) => string;
}

function liveIn(process: Process, range: SiteRange): Cost[] {
  return [
    { key: 'range', label: 'Grew in the range', bytes: true, all: () => grownIn(process, range) },
    { key: 'live', label: 'Live at its end', bytes: true, all: () => bytesOfAll(process, range.to) },
  ];
}

// With a range, what is live is live at its end; what has no course over time remains of the whole run.
export function costsOf(context: Context): Cost[] {
  const { process } = context;
  const range = rangeOfSites(context);
  const live: Cost[] = range ? liveIn(process, range) : [{ key: 'live', label: 'Live at end', bytes: true, all: () => columnOf(process, 'live_bytes') }];
  const costs: Cost[] = [
    ...live,
    { key: 'peak', label: 'At the peak', bytes: true, all: () => columnOf(process, 'peak_bytes') },
    { key: 'allocations', label: 'Allocations', bytes: false, all: () => columnOf(process, 'allocations') },
    { key: 'temporary', label: 'Temporary', bytes: false, all: () => columnOf(process, 'temporary_allocations') },
  ];
  if (process.truth) costs.splice(live.length, 0, { key: 'lost', label: 'Lost', bytes: true, all: () => columnOf(process, 'lost_bytes') });
  return costs;
}

// What also needs the reader's choice of two snapshots: what a site holds more at the second than at the first.
export function costsOfStacks(context: Context): Cost[] {
  const all = momentsOf(context);
  if (all.length < 3) return costsOf(context);
  const [from, to] = chosenMoments(context, all);
  return [...costsOf(context), { key: 'between', label: 'Between the snapshots', bytes: true, all: () => from.siteBytes.map((bytes, site) => Math.max(0, (to.siteBytes[site] as number) - bytes)) }];
}

export function amountText(cost: Cost, value: number): string {
  if (cost.text) return cost.text(value);
  return cost.bytes ? format.bytes(value) : format.plural(value, 'allocation');
}
