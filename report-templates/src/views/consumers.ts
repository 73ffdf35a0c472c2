// The top consumers: allocation sites, or groups of them, by what they hold, lost, held at the peak, allocate, waste or
// grow by.
import type { Context, View } from '../context';
import { h, icon } from '../dom';
import * as format from '../format';
import { siteById } from '../model';
import { columnOf, largest, pick, positive, sumAt } from '../parts/columns';
import { consumerColumns, type List } from '../parts/consumer_columns';
import { select, systemToggle, tabs, textFilter, toolbar } from '../parts/controls';
import { costsOf } from '../parts/costs';
import { offerCsv } from '../parts/download';
import { Ranking } from '../parts/order';
import { rangeOfSites } from '../parts/range';
import { remainder } from '../parts/remainder';
import { empty, note, section } from '../parts/section';
import { groupingsOf } from '../parts/site_groups';
import { rowsOf, type SiteRow, type SiteRows } from '../parts/site_rows';
import { siteFolds } from '../parts/site_folds';
import { siteDetail, stackFilter } from '../parts/sites';
import { trend } from '../parts/sparkline';
import { DataTable } from '../parts/table';

function listsOf(context: Context): List[] {
  const { process } = context;
  const { totals, truth, sites = [] } = process;
  const wholes: Record<string, number> = {
    live: totals.live_bytes, lost: truth ? truth.definitely_lost.bytes + truth.indirectly_lost.bytes : 0, peak: totals.peak_bytes,
    allocations: totals.allocations, temporary: totals.temporary_allocations,
  };
  const ranged = rangeOfSites(context) !== null;
  const sum = (all: Float64Array) => sumAt(all, positive(all));
  const lists: List[] = costsOf(context).map((cost) => ({ ...cost, whole: cost.key === 'range' || (ranged && cost.key === 'live') ? sum(cost.all()) : wholes[cost.key] ?? 0 }));
  if (sites.some((site) => site.growth)) {
    const slopes = columnOf(process, 'slope');
    lists.push({ key: 'growth', label: 'Growth', bytes: false, all: () => slopes, text: format.rate, whole: largest(pick(slopes, positive(slopes))) });
  }
  return lists;
}

// Positions of those with a share; growth in the report's own order, which also counts how sure it is.
function members({ process }: Context, list: List): Int32Array {
  const amounts = list.all();
  const all = positive(amounts);
  if (list.key !== 'growth') return all;
  const first = (process.top?.growth ?? []).flatMap((id) => siteById(process, id)?.id ?? []);
  const seen = new Set(first);
  const others = all.filter((at) => !seen.has(at));
  return Int32Array.from([...first, ...new Ranking<number>(others, pick(amounts, others)).slice(0)]);
}

// The rows as they are listed now, for a spreadsheet.
function download(context: Context, list: List, listed: SiteRows, by: string): void {
  const rows = new Ranking<SiteRow>(listed, list.key === 'growth' ? undefined : listed.totals(list.all())).slice(0);
  const figures = ({ sum }: SiteRow) => [sum.live_bytes, sum.live_blocks, sum.peak_bytes, sum.allocations, sum.allocated_bytes, sum.temporary_allocations, sum.slope];
  const names = ['live_bytes', 'live_blocks', 'peak_bytes', 'allocations', 'allocated_bytes', 'temporary_allocations', 'slope_bytes_per_s'];
  if (by !== 'stack') return offerCsv(`by-${by}.csv`, [by, 'sites', ...names], rows.map((row) => [row.name, row.positions.length, ...figures(row)]));
  offerCsv('sites.csv', ['function', 'file', 'line', ...names], rows.map((row) => {
    const frame = context.frames.blamed(row.sum);
    return [frame?.function ?? '', frame?.file ?? '', frame?.line ?? '', ...figures(row)];
  }));
}

function groupDetail(context: Context, row: SiteRow, list: List): HTMLElement {
  const { positions: sites } = row;
  return h('div', { class: 'site-detail' }, h('div', { class: 'site-figures' }, trend(row.sum.live_bytes_over_time, context.process.bucket_end_ns)),
    h('div', {}, h('h3', { class: 'sub' }, format.plural(sites.length, 'call stack')), siteFolds(context, sites, list)));
}

function drawConsumers(context: Context): HTMLElement {
  const { process, store } = context;
  const offered = listsOf(context);
  const groupings = groupingsOf(context);
  const list = () => offered.find((one) => one.key === store.get('list')) ?? (offered[0] as List);
  const by = () => groupings.find((one) => one.key === store.get('group'))?.key ?? 'stack';
  const panel = h('div', { id: 'consumers-panel', class: 'panel' });
  const summary = h('p', { class: 'summary', attrs: { role: 'status' } });
  let table: DataTable<SiteRow, SiteRows>;
  let rows = rowsOf(context, new Int32Array(), 'stack');
  const build = () => {
    table = new DataTable<SiteRow, SiteRows>({
      caption: `Allocation sites, ${list().label.toLowerCase()}`, columns: consumerColumns(context, offered, list(), by()), key: (row) => row.sum.id,
      detail: (row) => (by() === 'stack' ? siteDetail(context, row.sum) : groupDetail(context, row, list())),
      empty: store.get('filter') ? 'No site matches the filter.' : 'No site has a share in this.',
      onChange: ({ sort, page, open }) => store.set({ sort, page, open }),
    });
    panel.replaceChildren(table.element);
  };
  const fill = () => {
    const filter = stackFilter(context, store.get('filter'));
    const all = members(context, list());
    const kept = filter ? all.filter(filter) : all;
    rows = rowsOf(context, kept, by());
    const sum = sumAt(list().all(), kept);
    const amount = list().key === 'growth' ? '' : `: ${list().bytes ? format.bytes(sum) : format.count(sum)}, ${format.percent(sum, list().whole)} of the total`;
    const groups = by() === 'stack' ? '' : ` in ${format.plural(rows.length, 'group')}`;
    summary.textContent = `${format.plural(kept.length, 'site')}${filter ? ` of ${format.count(all.length)}` : ''}${groups}${amount}`;
    draw();
  };
  // Growth is listed by how sure it is too, and sorted by its figure alone.
  const natural = () => (by() === 'stack' && list().key === 'growth' && store.get('sort') === '' ? 'growth' : '');
  const draw = () => table.show(rows, { sort: store.get('sort') || list().key, page: store.get('page'), open: store.get('open') }, natural());
  const choice = tabs('Order by', offered, panel, () => list().key, (key) => store.set({ list: key, sort: '', page: 0, open: -1 }));
  const grouping = select('Group by', groupings, by, (key) => store.set({ group: key, sort: '', page: 0, open: -1 }));
  const filter = textFilter('Filter sites by function, file or module', 'Filter: function, file, module, -not', () => store.get('filter'), (text) => store.set({ filter: text, page: 0, open: -1 }));
  build();
  fill();
  context.on(['list', 'group', 'filter'], () => {
    for (const control of [choice, grouping, filter]) control.update();
    build();
    fill();
  });
  context.on(['sort', 'page', 'open'], draw);
  const csv = h('button', { class: 'button', attrs: { type: 'button' }, on: { click: () => download(context, list(), rows, by()) } }, icon('M8 2v8M4.5 7 8 10.5 11.5 7M2.5 13.5h11'), 'CSV');
  return section('consumers', 'Top consumers', 'An allocation site is a distinct call stack that allocates. Open a row to see it.',
    choice.element, toolbar(filter.element, grouping.element, systemToggle(context), csv), summary, panel,
    ...remainder(process).map(note));
}

export const consumers: View = {
  id: 'consumers',
  title: 'Top consumers',
  follows: ['range'],
  render(context) {
    const { sites } = context.process;
    if (!sites) return null;
    if (sites.length === 0) return section('consumers', 'Top consumers', null, empty('No allocation was recorded.', 'The process made none, or recording was paused all the time.'));
    return drawConsumers(context);
  },
};
