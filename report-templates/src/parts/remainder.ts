// What the sites of a report leave out when there were too many to list: said where they are added up.
import * as format from '../format';
import type { Process } from '../model';
import { columnOf, sumOf } from './columns';

// One sentence, or none when every site is here.
export function remainder(process: Process): string[] {
  const { sites = [], sites_total: all = sites.length, totals } = process;
  if (all <= sites.length) return [];
  const left = (figure: 'allocations' | 'live_bytes') => totals[figure] - sumOf(columnOf(process, figure));
  const [live, allocations] = [left('live_bytes'), left('allocations')];
  return [`Listed are the ${format.count(sites.length)} largest of ${format.count(all)} sites. The others hold ${format.bytes(live)} at the end, ${format.percent(live, totals.live_bytes)} of it, and made ` +
    `${format.plural(allocations, 'allocation')}: the totals count them, lists and flame graph do not. With --all-sites they are here.`];
}
