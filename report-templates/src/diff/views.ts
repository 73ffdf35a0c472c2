// What changed between two recordings: the totals side by side, leaks that came and went, every place, every type.
import { h, icon, ICONS } from '../dom';
import * as format from '../format';
import { baseName } from '../frames';
import { select, tabs, textFilter, toolbar } from '../parts/controls';
import { badge, bytesFigure, countFigure, empty, facts, note, section } from '../parts/section';
import { breakable } from '../parts/stack';
import { DataTable } from '../parts/table';
import type { Store } from '../state';
import { amount, change, changeColumns, type Measure, measuresOf } from './cells';
import { type DiffReport, type DiffSite, type DiffType, type Figures, type Side, VERDICTS } from './model';

const FIRST = 12;

function side({ traces, processes, duration_ns, scanned }: Side): string {
  const names = traces.map(baseName).join(', ');
  return `${names}: ${processes > 1 ? `${format.plural(processes, 'process', 'processes')}, ` : ''}${format.duration(duration_ns)}${scanned ? '' : ', heap not searched'}`;
}

export function head(report: DiffReport): HTMLElement {
  const has = (verdict: string) => report.sites.some((site) => site.verdict === verdict);
  const severity = has('new_leak') ? 'critical' : has('grown_leak') ? 'warning' : 'good';
  return h('header', { class: 'hero' },
    h('div', { class: 'hero-title' }, h('h1', {}, baseName(report.after.program)), badge(severity)),
    h('p', { class: 'verdict' }, report.verdict),
    facts([['Before', side(report.before)], ['After', side(report.after)], ...(report.per ? [['Compared per', report.per] as [string, string]] : [])], 'hero-facts'));
}

export function totals(report: DiffReport): HTMLElement {
  const measures = measuresOf(report);
  const per = report.per ? ` per ${report.per}` : '';
  const row = (measure: Measure) => h('tr', { attrs: { 'data-figure': measure.key } }, h('th', { attrs: { scope: 'row' } }, measure.label),
    ...[amount(measure, report.before.totals[measure.key]), amount(measure, report.after.totals[measure.key]), change(measure.bytes, report.change[measure.key])]
      .map((cell) => h('td', { class: 'numeric' }, cell)));
  const element = section('totals', 'Totals', null, h('div', { class: 'panel' }, h('div', { class: 'table-scroll' },
    h('table', {}, h('caption', { class: 'visually-hidden' }, 'Totals of both recordings'),
      h('thead', {}, h('tr', {}, ...['Figure', 'Before', 'After', `Change${per}`].map((text, i) => h('th', { class: i > 0 ? 'numeric' : undefined, attrs: { scope: 'col' } }, text)))),
      h('tbody', {}, ...measures.map(row))))));
  const unknown = [report.before, report.after].filter((one) => !one.scanned);
  if (unknown.length > 0) element.append(note(`Nothing is said of lost memory: the heap was not searched ${unknown.length === 2 ? 'in either recording' : unknown[0] === report.before ? 'before' : 'after'}.`));
  return element;
}

function frameList(frames: string[]): HTMLElement {
  return h('ol', { class: 'stack', attrs: { 'aria-label': 'Functions, innermost first' } }, ...frames.map((name, i) =>
    h('li', { class: `frame ${i === 0 ? 'blamed' : ''}` }, h('span', { class: 'frame-function' }, breakable(name)))));
}

function sides(site: DiffSite, measures: Measure[]): HTMLElement {
  return facts(measures.map((measure) => [measure.label, h('span', {}, amount(measure, site.before[measure.key]), ' \u2192 ', amount(measure, site.after[measure.key]))]));
}

function leakCard(site: DiffSite, measures: Measure[]): HTMLElement {
  const { text, severity } = VERDICTS[site.verdict];
  const bytes = measures.some((one) => one.key === 'lost_bytes') && (site.before.lost_bytes > 0 || site.after.lost_bytes > 0) ? 'lost_bytes' : 'live_bytes';
  const blocks = bytes === 'lost_bytes' ? 'lost_blocks' : 'live_blocks';
  const side = (figures: Figures) => h('span', {}, bytesFigure(figures[bytes]), ' in ', countFigure(figures[blocks]), figures[blocks] === 1 ? ' block' : ' blocks');
  return h('article', { class: `finding ${severity}`, attrs: { 'data-verdict': site.verdict } },
    h('div', { class: 'finding-head' }, h('span', { class: `badge ${severity}` }, icon(ICONS[severity ?? 'good']), text)),
    h('h3', {}, breakable(site.place)),
    h('div', { class: 'finding-body' }, h('p', {}, side(site.before), ' before, ', side(site.after), ' after'),
      h('details', { class: 'fold' }, h('summary', {}, icon(ICONS.chevron), `Called through ${format.plural(site.frames.length, 'function')}`), frameList(site.frames))));
}

export function leaks(report: DiffReport): HTMLElement {
  const found = report.sites.filter((site) => site.verdict.endsWith('leak'));
  if (found.length === 0) return section('leaks', 'Leaks', null, empty('No leak came or went.', report.verdict));
  const element = section('leaks', 'Leaks', 'What leaks now and did not, what leaks more, and what is mended.',
    h('div', { class: 'findings' }, ...found.slice(0, FIRST).map((site) => leakCard(site, measuresOf(report)))));
  if (found.length > FIRST) element.append(note(`The other ${format.count(found.length - FIRST)} are in the list of places.`));
  return element;
}

const LISTS = [{ key: 'all', label: 'All' }, { key: 'grew', label: 'Grew' }, { key: 'shrank', label: 'Shrank' }];

interface Row { site: DiffSite; index: number }

export function places(report: DiffReport, store: Store): HTMLElement {
  const measures = measuresOf(report);
  const chosen = () => measures.find((one) => one.key === store.get('cost')) ?? (measures[0] as Measure);
  const list = () => LISTS.find((one) => one.key === store.get('list'))?.key ?? 'all';
  const all = report.sites.map((site, index): Row => ({ site, index }));
  const panel = h('div', { id: 'places-panel', class: 'panel' });
  const summary = h('p', { class: 'summary', attrs: { role: 'status' } });
  const measure = select('Measure', measures, () => chosen().key, (key) => store.set({ cost: key, sort: '', page: 0, open: -1 }));
  const choice = tabs('Show places that', LISTS, panel, list, (key) => store.set({ list: key, page: 0, open: -1 }));
  const filter = textFilter('Filter places by function or file', 'Filter: function or file', () => store.get('filter'), (text) => store.set({ filter: text, page: 0, open: -1 }));
  const draw = () => {
    for (const control of [measure, choice, filter]) control.update();
    const { key, bytes } = chosen();
    const words = store.get('filter').toLowerCase().split(/\s+/).filter(Boolean);
    const rows = all.filter(({ site }) => {
      const by = site.change[key];
      if ((list() === 'grew' && by <= 0) || (list() === 'shrank' && by >= 0)) return false;
      const text = `${site.place}\n${site.frames.join('\n')}`.toLowerCase();
      return words.every((word) => text.includes(word));
    });
    const most = rows.reduce((largest, { site }) => Math.max(largest, Math.abs(site.change[key])), 0);
    const table = new DataTable<Row>({
      caption: 'Places whose memory changed', key: (row) => row.index, empty: 'No place matches.',
      detail: ({ site }) => h('div', { class: 'site-detail' }, h('div', { class: 'site-figures' }, sides(site, measures)), frameList(site.frames)),
      onChange: ({ sort, page, open }) => store.set({ sort, page, open }),
      columns: [
        { key: 'place', label: 'Place', value: ({ site }) => site.place, cell: ({ site }) => h('span', { class: 'site' }, h('span', { class: 'site-function' }, breakable(site.place))) },
        { key: 'verdict', label: 'Verdict', value: ({ site }) => VERDICTS[site.verdict].text, cell: ({ site }) => h('span', { class: VERDICTS[site.verdict].severity ? `badge ${VERDICTS[site.verdict].severity}` : 'muted' }, VERDICTS[site.verdict].text) },
        ...changeColumns<Row>(bytes, most, ({ site }) => ({ before: site.before[key], after: site.after[key], change: site.change[key] }), report.per),
      ],
    });
    table.show(rows, { sort: store.get('sort') || (list() === 'shrank' ? '-change' : 'change'), page: store.get('page'), open: store.get('open') });
    panel.replaceChildren(table.element);
    summary.textContent = `${format.plural(rows.length, 'place')} of ${format.count(all.length)} that changed; ${format.count(report.same_sites)} are the same within the variation of runs.`;
  };
  draw();
  store.on(['cost', 'list', 'filter', 'sort', 'page', 'open'], draw);
  return section('places', 'Places', 'Where memory is allocated, told apart by the functions that lead there, so that moved lines do not matter.',
    choice.element, toolbar(filter.element, measure.element), summary, panel);
}

export function types(report: DiffReport): HTMLElement | null {
  if (report.types.length === 0) return null;
  const rows = report.types.map((type, index) => ({ type, index }));
  const most = report.types.reduce((largest, type) => Math.max(largest, Math.abs(type.change_bytes)), 0);
  const table = new DataTable<{ type: DiffType; index: number }>({
    caption: 'Types whose live blocks changed', key: (row) => row.index, empty: '', pageSize: 15,
    columns: [
      { key: 'name', label: 'Type', value: ({ type }) => type.name, cell: ({ type }) => h('code', {}, breakable(type.name)) },
      ...changeColumns<{ type: DiffType; index: number }>(true, most, ({ type }) => ({ before: type.before.bytes, after: type.after.bytes, change: type.change_bytes }), report.per),
    ],
  });
  table.show(rows);
  return section('types', 'Types', null, h('div', { class: 'panel' }, table.element));
}
