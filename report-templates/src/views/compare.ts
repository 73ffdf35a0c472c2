// Snapshots: the list of them, and the difference between any two by allocation site or by what sites share.
import type { Context, View } from '../context';
import { type Child, figure, h, icon, ICONS } from '../dom';
import * as format from '../format';
import { callerOf } from '../frames';
import type { Site, Snapshot } from '../model';
import { columnOf, largest, sumOf } from '../parts/columns';
import { groupName } from '../parts/consumer_columns';
import { select, toolbar } from '../parts/controls';
import { type Difference, differences, type Differences } from '../parts/differences';
import { chosenMoments, momentsOf } from '../parts/moments';
import { bar, bytesFigure, countFigure, empty, note, section } from '../parts/section';
import { siteFolds } from '../parts/site_folds';
import { groupingsOf } from '../parts/site_groups';
import { siteDetail } from '../parts/sites';
import { siteName } from '../parts/stack';
import { type Column, DataTable } from '../parts/table';

function change(value: number, text: (value: number) => string): HTMLElement {
  const element = figure(value, format.signed(value, text), format.signed(value, format.count));
  element.className = value > 0 ? 'more' : value < 0 ? 'less' : '';
  return element;
}

interface SnapshotRow { one: Snapshot; index: number }

// Each row can be made one end of the comparison.
function pickers(context: Context, row: SnapshotRow): HTMLElement {
  const [from, to] = chosenMoments(context, momentsOf(context));
  const pick = (side: 'from' | 'to', label: string, now: string) => h('button', {
    class: 'pick', attrs: { type: 'button', 'aria-pressed': String(now === String(row.index)), 'aria-label': `Compare ${label.toLowerCase()} ${row.one.label}` },
    on: {
      click: () => {
        context.store.set({ [side]: String(row.index) });
        document.querySelector<HTMLElement>(`#compare tr[data-key="${row.index}"] .pick:nth-child(${side === 'from' ? 1 : 2})`)?.focus();
      },
    },
  }, label);
  return h('span', { class: 'picks' }, pick('from', 'From', from.key), pick('to', 'To', to.key));
}

function snapshotList(context: Context, snapshots: Snapshot[], comparable: boolean): HTMLElement {
  const columns: Column<SnapshotRow>[] = [
    { key: 'label', label: 'Snapshot', cell: ({ one }): Child => h('span', {}, one.label, one.automatic && !one.label.startsWith('auto') && h('span', { class: 'tag' }, 'automatic')) },
    { key: 'time', label: 'Time', numeric: true, value: ({ one }) => one.time_ns, cell: ({ one }) => figure(one.time_ns, format.duration(one.time_ns)) },
    { key: 'heap', label: 'Heap', numeric: true, value: ({ one }) => one.heap_bytes, cell: ({ one }) => bytesFigure(one.heap_bytes) },
    { key: 'blocks', label: 'Blocks', numeric: true, minor: true, value: ({ one }) => one.blocks, cell: ({ one }) => countFigure(one.blocks) },
  ];
  if (snapshots.some((one) => one.rss_bytes)) {
    columns.push({ key: 'rss', label: 'RSS', numeric: true, minor: true, value: ({ one }) => one.rss_bytes ?? 0, cell: ({ one }) => (one.rss_bytes ? bytesFigure(one.rss_bytes) : '\u2013') });
  }
  if (comparable) columns.push({ key: 'pick', label: 'Compare', cell: (row) => (row.one.sites ? pickers(context, row) : '') });
  const table = new DataTable<SnapshotRow>({ caption: 'Snapshots of this recording', key: ({ index }) => index, empty: '', columns });
  const draw = () => table.show(snapshots.map((one, index) => ({ one, index })));
  draw();
  if (comparable) context.on(['from', 'to'], draw);
  return h('div', { class: 'panel' }, table.element);
}

function differenceTable(context: Context, most: () => number, grouped: () => boolean): DataTable<Difference, Differences> {
  const { frames, process } = context;
  const nameOf = (site: Site | undefined) => {
    const frame = site && frames.blamed(site);
    return siteName(frame, site && callerOf(frames, site.stack, frame));
  };
  const siteOf = ({ positions: [first] }: Difference) => (first === undefined ? undefined : process.sites?.[first]);
  return new DataTable<Difference, Differences>({
    caption: 'Difference between the two snapshots', key: (row) => row.id,
    detail: (row) => {
      const site = siteOf(row);
      if (!site) return h('p', {}, 'This site is not among those in the report.');
      return grouped() ? siteFolds(context, row.positions, { key: 'live', label: 'Live at end', bytes: true, all: () => columnOf(process, 'live_bytes'), text: (value) => `${format.bytes(value)} at the end` }) : siteDetail(context, site);
    },
    empty: 'The two moments hold exactly the same memory.',
    columns: [
      { key: 'site', label: 'Allocated by', values: (rows) => rows.names(), cell: (row) => (grouped() ? groupName(row.name, row.place) : nameOf(siteOf(row))) },
      { key: 'bytes', label: 'Difference', numeric: true, values: (rows) => rows.bytes, cell: (row) => h('span', { class: `shared ${row.bytes < 0 ? 'shrunk' : ''}` }, h('span', { class: 'shared-figures' }, change(row.bytes, format.bytes)), bar(Math.abs(row.bytes), most())) },
      { key: 'blocks', label: 'Blocks', numeric: true, values: (rows) => rows.blocks, cell: (row) => change(row.blocks, format.count) },
      { key: 'before', label: 'Before', numeric: true, minor: true, values: (rows) => rows.before, cell: (row) => bytesFigure(row.before) },
      { key: 'after', label: 'After', numeric: true, minor: true, values: (rows) => rows.after, cell: (row) => bytesFigure(row.after) },
    ],
  });
}

function comparison(context: Context): HTMLElement[] {
  const { store } = context;
  const all = momentsOf(context);
  const groupings = groupingsOf(context);
  const ends = () => chosenMoments(context, all);
  const by = () => groupings.find((one) => one.key === store.get('pairs'))?.key ?? 'stack';
  const before = select('From', all, () => ends()[0].key, (key) => store.set({ from: key }));
  const after = select('To', all, () => ends()[1].key, (key) => store.set({ to: key }));
  const grouping = select('Group by', groupings, by, (key) => store.set({ pairs: key }));
  const summary = h('p', { class: 'summary', attrs: { role: 'status' } });
  const partial = note('');
  let most = 0;
  const table = differenceTable(context, () => most, () => by() !== 'stack');
  const draw = () => {
    for (const control of [before, after, grouping]) control.update();
    const [a, b] = ends();
    const rows = differences(context, a, b, by());
    most = largest(rows.bytes);
    summary.replaceChildren(change(b.bytes - a.bytes, format.bytes), ' and ', change(b.blocks - a.blocks, format.count),
      ` ${Math.abs(b.blocks - a.blocks) === 1 ? 'block' : 'blocks'} in ${format.duration(Math.abs(b.timeNs - a.timeNs))}, at ${format.plural(rows.length, by() === 'stack' ? 'site' : 'group')}`);
    // A report may hold only the largest sites of a snapshot: the total is then more than what is listed.
    const rest = b.bytes - a.bytes - sumOf(rows.bytes);
    partial.hidden = rest === 0;
    partial.textContent = `The sites listed here leave ${format.signed(rest, format.bytes)} of the difference unexplained: the report holds only the largest ones.`;
    table.show(rows, { sort: 'bytes', page: 0, open: -1 });
  };
  draw();
  context.on(['from', 'to', 'pairs'], draw);
  const swap = h('button', {
    class: 'button', attrs: { type: 'button', 'aria-label': 'Swap the two moments' },
    on: { click: () => store.set({ from: ends()[1].key, to: ends()[0].key }) },
  }, icon(ICONS.swap));
  const inFlame = h('button', { class: 'button', attrs: { type: 'button' }, on: { click: () => store.set({ cost: 'between', node: '', section: 'flame' }) } }, 'As a flame graph');
  return [h('h3', {}, 'Comparison'), toolbar(before.element, swap, after.element, grouping.element, inFlame), summary, h('div', { class: 'panel' }, table.element), partial];
}

export const compare: View = {
  id: 'compare',
  title: 'Snapshots',
  follows: ['range'],
  render(context) {
    const { snapshots, pid } = context.process;
    if (!snapshots) return null;
    if (momentsOf(context).length < 3) {
      return section('compare', 'Snapshots', null, snapshots.length > 0 && snapshotList(context, snapshots, false),
        snapshots.length === 0 && empty('No snapshots in this recording.', h('span', {}, 'Take one while the program runs with ', h('code', {}, `leakscan snapshot ${pid}`), '; two of them show what stayed in between.')));
    }
    return section('compare', 'Snapshots', 'Pick any two moments to see which sites hold more, or less, than before.',
      snapshotList(context, snapshots, true), ...comparison(context));
  },
};
