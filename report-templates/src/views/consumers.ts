// The top consumers: allocation sites by what they hold, held at the peak, allocate, waste or grow by.
import type { Context, View } from '../context';
import { h, icon } from '../dom';
import * as format from '../format';
import { callerOf, type Site, siteById, type TopName } from '../model';
import { systemToggle, tabs, textFilter, toolbar } from '../parts/controls';
import { bar, bytesFigure, countFigure, empty, note, section } from '../parts/section';
import { growthText, siteDetail, stackFilter, verdictText } from '../parts/sites';
import { sparkline } from '../parts/sparkline';
import { siteName } from '../parts/stack';
import { type Column, DataTable } from '../parts/table';

interface List { key: TopName; label: string; column: string; of: (site: Site) => number; whole: (context: Context) => number }

const slope = (site: Site) => site.growth?.slope_bytes_per_s ?? 0;

const LISTS: List[] = [
  { key: 'live', label: 'Live at end', column: 'live', of: (site) => site.live_bytes, whole: ({ process }) => process.totals.live_bytes },
  { key: 'peak', label: 'At the peak', column: 'peak', of: (site) => site.peak_bytes, whole: ({ process }) => process.totals.peak_bytes },
  { key: 'allocations', label: 'Allocations', column: 'allocations', of: (site) => site.allocations, whole: ({ process }) => process.totals.allocations },
  { key: 'temporary', label: 'Temporary', column: 'temporary', of: (site) => site.temporary_allocations, whole: ({ process }) => process.totals.temporary_allocations },
  { key: 'growth', label: 'Growth', column: 'growth', of: slope, whole: ({ process }) => (process.sites ?? []).reduce((most, site) => Math.max(most, slope(site)), 0) },
];

// The report's own order first, then whatever else has a share.
function members(context: Context, list: List): Site[] {
  const chosen = (context.process.top?.[list.key] ?? []).map((id) => siteById(context.process, id)).filter((site): site is Site => site !== undefined);
  const seen = new Set(chosen);
  const others = (context.process.sites ?? []).filter((site) => !seen.has(site) && list.of(site) > 0);
  others.sort((a, b) => list.of(b) - list.of(a));
  return [...chosen, ...others];
}

function columns(context: Context, list: () => List, wholes: Map<string, number>): Column<Site>[] {
  const shared = (key: string, site: Site, content: HTMLElement | string) => {
    const one = LISTS.find((entry) => entry.column === key);
    if (!one || list().column !== key) return content;
    const whole = wholes.get(one.key) ?? 0;
    return h('span', { class: 'shared' }, h('span', { class: 'shared-figures' }, content,
      key !== 'growth' && h('span', { class: 'share' }, format.percent(one.of(site), whole))), bar(one.of(site), whole));
  };
  const { frames, process } = context;
  const named = (site: Site) => {
    const frame = frames.blamed(site.stack, site.blamed);
    return siteName(frame, callerOf(frames, site.stack, frame));
  };
  const all: Column<Site>[] = [
    { key: 'site', label: 'Allocation site', value: (site) => frames.blamed(site.stack, site.blamed)?.function ?? '', cell: (site) => named(site) },
    { key: 'live', label: 'Live', help: 'Bytes still allocated at the end of the recording', numeric: true, value: (site) => site.live_bytes, cell: (site) => shared('live', site, bytesFigure(site.live_bytes)) },
    { key: 'blocks', label: 'Blocks', help: 'Blocks still allocated at the end', numeric: true, minor: true, value: (site) => site.live_blocks, cell: (site) => countFigure(site.live_blocks) },
    { key: 'peak', label: 'At peak', help: 'Bytes this site held when the whole heap was largest', numeric: true, value: (site) => site.peak_bytes, cell: (site) => shared('peak', site, bytesFigure(site.peak_bytes)) },
    { key: 'allocations', label: 'Allocations', numeric: true, minor: true, value: (site) => site.allocations, cell: (site) => shared('allocations', site, countFigure(site.allocations)) },
    { key: 'temporary', label: 'Temporary', help: 'Allocations freed by the very next heap event of their thread', numeric: true, minor: true, value: (site) => site.temporary_allocations, cell: (site) => shared('temporary', site, countFigure(site.temporary_allocations)) },
  ];
  if (process.sites?.some((site) => site.growth)) {
    all.push({
      key: 'growth', label: 'Growth', help: 'Slope of the live bytes over the run', numeric: true, minor: true, value: slope,
      cell: (site) => site.growth ? shared('growth', site, h('span', { class: 'growing' }, growthText(site), site.growth.verdict ? h('span', { class: 'tag' }, verdictText(site.growth.verdict)) : '')) : '\u2013',
    });
  }
  if (process.sites?.some((site) => (site.live_bytes_over_time?.length ?? 0) > 1)) {
    all.push({ key: 'trend', label: 'Over time', minor: true, cell: (site) => sparkline(site.live_bytes_over_time, 96, 24) });
  }
  // The metric of the tab is never the one that a narrow screen leaves out.
  return all.map((column) => ({ ...column, minor: Boolean(column.minor) && column.key !== list().column }));
}

// The rows as they are listed now, for a spreadsheet: the page makes the file itself.
function download(context: Context, sites: Site[]): void {
  const cell = (text: string | number) => `"${String(text).replaceAll('"', '""').replace(/^([=+@-])/, "'$1")}"`;
  const rows = sites.map((site) => {
    const frame = context.frames.blamed(site.stack, site.blamed);
    return [cell(frame?.function ?? ''), cell(frame?.file ?? ''), frame?.line ?? '', site.live_bytes, site.live_blocks, site.peak_bytes, site.allocations, site.allocated_bytes, site.temporary_allocations, slope(site)].join(',');
  });
  const text = ['function,file,line,live_bytes,live_blocks,peak_bytes,allocations,allocated_bytes,temporary_allocations,slope_bytes_per_s', ...rows].join('\r\n');
  const url = URL.createObjectURL(new Blob([text], { type: 'text/csv' }));
  h('a', { attrs: { href: url, download: 'sites.csv' } }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10000);
}

export const consumers: View = {
  id: 'consumers',
  title: 'Top consumers',
  render(context) {
    const { process, store, frames } = context;
    if (!process.sites) return null;
    if (process.sites.length === 0) return section('consumers', 'Top consumers', null, empty('No allocation was recorded.', 'The process made none, or recording was paused all the time.'));
    const offered = LISTS.filter((list) => list.key !== 'growth' || process.sites?.some((site) => site.growth));
    const list = () => offered.find((one) => one.key === store.get('list')) ?? (LISTS[0] as List);
    const wholes = new Map(offered.map((one) => [one.key as string, one.whole(context)]));
    const panel = h('div', { id: 'consumers-panel', class: 'panel' });
    const summary = h('p', { class: 'summary', attrs: { role: 'status' } });
    let table: DataTable<Site>;
    let rows: Site[] = [];
    const build = () => {
      table = new DataTable<Site>({
        caption: `Allocation sites, ${list().label.toLowerCase()}`, columns: columns(context, list, wholes), key: (site) => site.id,
        detail: (site) => siteDetail(context, site), empty: store.get('filter') ? 'No site matches the filter.' : 'No site has a share in this.',
        onChange: ({ sort, page, open }) => store.set({ sort, page, open }),
      });
      panel.replaceChildren(table.element);
    };
    const fill = () => {
      const filter = stackFilter(frames, store.get('filter'));
      const all = members(context, list());
      rows = filter ? all.filter((site) => filter(site.stack)) : all;
      const sum = rows.reduce((total, site) => total + list().of(site), 0);
      const whole = wholes.get(list().key) ?? 0;
      const amount = list().key === 'growth' ? '' : `: ${list().key === 'live' || list().key === 'peak' ? format.bytes(sum) : format.count(sum)}, ${format.percent(sum, whole)} of the total`;
      summary.textContent = `${format.plural(rows.length, 'site')}${filter ? ` of ${format.count(all.length)}` : ''}${amount}`;
      draw();
    };
    const draw = () => table.show(rows, { sort: store.get('sort') || list().column, page: store.get('page'), open: store.get('open') });
    const choice = tabs('Order by', offered, panel, () => list().key, (key) => store.set({ list: key, sort: '', page: 0, open: -1 }));
    const filter = textFilter('Filter sites by function, file or module', 'Filter: function, file, module, -not', () => store.get('filter'), (text) => store.set({ filter: text, page: 0, open: -1 }));
    build();
    fill();
    context.on(['list'], () => {
      choice.update();
      build();
      fill();
    });
    context.on(['filter'], () => {
      filter.update();
      build();
      fill();
    });
    context.on(['sort', 'page', 'open'], draw);
    return section('consumers', 'Top consumers', 'An allocation site is a distinct call stack that allocates. Open a row to see it.',
      choice.element,
      toolbar(filter.element, systemToggle(context), h('button', { class: 'button', attrs: { type: 'button' }, on: { click: () => download(context, rows) } }, icon('M8 2v8M4.5 7 8 10.5 11.5 7M2.5 13.5h11'), 'CSV')),
      summary, panel,
      process.sites_total !== undefined && process.sites_total > process.sites.length &&
        note(`Listed are the ${format.count(process.sites.length)} largest of ${format.count(process.sites_total)} sites; the totals count all of them.`));
  },
};
