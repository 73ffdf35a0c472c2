// Snapshots: the list of them, and the difference between any two by allocation site.
import type { Context, View } from '../context';
import { type Child, figure, h, icon, ICONS } from '../dom';
import * as format from '../format';
import { callerOf, type Site, siteById, type Snapshot } from '../model';
import { select, toolbar } from '../parts/controls';
import { bar, bytesFigure, countFigure, empty, note, section } from '../parts/section';
import { siteDetail } from '../parts/sites';
import { siteName } from '../parts/stack';
import { DataTable } from '../parts/table';

interface Moment { key: string; label: string; timeNs: number; bytes: number; blocks: number; sites: Map<number, { bytes: number; blocks: number }> }

function moments({ process }: Context): Moment[] {
  const found: Moment[] = [{ key: 'start', label: 'Start (empty heap)', timeNs: 0, bytes: 0, blocks: 0, sites: new Map() }];
  process.snapshots?.forEach((one, index) => {
    if (!one.sites) return;
    found.push({
      key: String(index), label: `${one.label}, ${format.duration(one.time_ns)}`, timeNs: one.time_ns, bytes: one.heap_bytes, blocks: one.blocks,
      sites: new Map(one.sites.map((site) => [site.site, { bytes: site.bytes, blocks: site.blocks }])),
    });
  });
  const live = (process.sites ?? []).filter((site) => site.live_blocks > 0);
  found.push({
    key: 'end', label: `End${process.duration_ns ? `, ${format.duration(process.duration_ns)}` : ''}`, timeNs: process.duration_ns ?? 0,
    bytes: process.totals.live_bytes, blocks: process.totals.live_blocks,
    sites: new Map(live.map((site) => [site.id, { bytes: site.live_bytes, blocks: site.live_blocks }])),
  });
  return found;
}

interface Difference { id: number; site: Site | undefined; bytes: number; blocks: number; before: number; after: number }

function differences(context: Context, from: Moment, to: Moment): Difference[] {
  const found: Difference[] = [];
  for (const id of new Set([...from.sites.keys(), ...to.sites.keys()])) {
    const before = from.sites.get(id) ?? { bytes: 0, blocks: 0 };
    const after = to.sites.get(id) ?? { bytes: 0, blocks: 0 };
    const bytes = after.bytes - before.bytes;
    const blocks = after.blocks - before.blocks;
    if (bytes !== 0 || blocks !== 0) found.push({ id, site: siteById(context.process, id), bytes, blocks, before: before.bytes, after: after.bytes });
  }
  return found.sort((a, b) => b.bytes - a.bytes);
}

function change(value: number, text: (value: number) => string): HTMLElement {
  const element = figure(value, format.signed(value, text), format.signed(value, format.count));
  element.className = value > 0 ? 'more' : value < 0 ? 'less' : '';
  return element;
}

function snapshotList(snapshots: Snapshot[]): HTMLElement {
  const rss = snapshots.some((one) => one.rss_bytes);
  const row = (one: Snapshot, index: number) => ({ one, index });
  const table = new DataTable<ReturnType<typeof row>>({
    caption: 'Snapshots of this recording', key: ({ index }) => index, empty: '', columns: [
      { key: 'label', label: 'Snapshot', cell: ({ one }): Child => h('span', {}, one.label, one.automatic && h('span', { class: 'tag' }, 'automatic')) },
      { key: 'time', label: 'Time', numeric: true, value: ({ one }) => one.time_ns, cell: ({ one }) => figure(one.time_ns, format.duration(one.time_ns)) },
      { key: 'heap', label: 'Heap', numeric: true, value: ({ one }) => one.heap_bytes, cell: ({ one }) => bytesFigure(one.heap_bytes) },
      { key: 'blocks', label: 'Blocks', numeric: true, minor: true, value: ({ one }) => one.blocks, cell: ({ one }) => countFigure(one.blocks) },
      ...(rss ? [{ key: 'rss', label: 'RSS', numeric: true, value: ({ one }: { one: Snapshot }) => one.rss_bytes ?? 0, cell: ({ one }: { one: Snapshot }) => (one.rss_bytes ? bytesFigure(one.rss_bytes) : '\u2013') }] : []),
    ],
  });
  table.show(snapshots.map(row));
  return h('div', { class: 'panel' }, table.element);
}

export const compare: View = {
  id: 'compare',
  title: 'Snapshots',
  render(context) {
    const { process, store, frames } = context;
    if (!process.snapshots) return null;
    const all = moments(context);
    if (all.length < 3) {
      return section('compare', 'Snapshots', null, process.snapshots.length > 0 && snapshotList(process.snapshots),
        process.snapshots.length === 0 && empty('No snapshots in this recording.', h('span', {}, 'Take one while the program runs with ', h('code', {}, `leakscan snapshot ${process.pid}`), '; two of them show what stayed in between.')));
    }
    const chosen = (key: string, fallback: Moment | undefined) => all.find((one) => one.key === key) ?? fallback ?? (all[0] as Moment);
    const from = () => chosen(store.get('from'), all[1]);
    const to = () => chosen(store.get('to'), all[all.length > 3 ? all.length - 2 : all.length - 1]);
    const before = select('From', all, () => from().key, (key) => store.set({ from: key }));
    const after = select('To', all, () => to().key, (key) => store.set({ to: key }));
    const summary = h('p', { class: 'summary', attrs: { role: 'status' } });
    const partial = note('');
    let most = 0;
    const siteOf = (row: Difference) => row.site && frames.blamed(row.site.stack, row.site.blamed);
    const table = new DataTable<Difference>({
      caption: 'Allocation sites by difference between the two snapshots', key: (row) => row.id,
      detail: (row) => (row.site ? siteDetail(context, row.site) : h('p', {}, 'This site is not among those in the report.')),
      empty: 'The two moments hold exactly the same memory.',
      columns: [
        { key: 'site', label: 'Allocation site', value: (row) => siteOf(row)?.function ?? '', cell: (row) => siteName(siteOf(row), row.site && callerOf(frames, row.site.stack, siteOf(row))) },
        { key: 'bytes', label: 'Difference', numeric: true, value: (row) => row.bytes, cell: (row) => h('span', { class: `shared ${row.bytes < 0 ? 'shrunk' : ''}` }, h('span', { class: 'shared-figures' }, change(row.bytes, format.bytes)), bar(Math.abs(row.bytes), most)) },
        { key: 'blocks', label: 'Blocks', numeric: true, value: (row) => row.blocks, cell: (row) => change(row.blocks, format.count) },
        { key: 'before', label: 'Before', numeric: true, minor: true, value: (row) => row.before, cell: (row) => bytesFigure(row.before) },
        { key: 'after', label: 'After', numeric: true, minor: true, value: (row) => row.after, cell: (row) => bytesFigure(row.after) },
      ],
    });
    const draw = () => {
      before.update();
      after.update();
      const [a, b] = [from(), to()];
      const rows = differences(context, a, b);
      most = rows.reduce((largest, row) => Math.max(largest, Math.abs(row.bytes)), 0);
      summary.replaceChildren(change(b.bytes - a.bytes, format.bytes), ' and ', change(b.blocks - a.blocks, format.count),
        ` ${Math.abs(b.blocks - a.blocks) === 1 ? 'block' : 'blocks'} in ${format.duration(Math.abs(b.timeNs - a.timeNs))}, at ${format.plural(rows.length, 'site')}`);
      // A report may hold only the largest sites of a snapshot: the total is then more than what is listed.
      const rest = b.bytes - a.bytes - rows.reduce((sum, row) => sum + row.bytes, 0);
      partial.hidden = rest === 0;
      partial.textContent = `The sites listed here leave ${format.signed(rest, format.bytes)} of the difference unexplained: the report holds only the largest ones.`;
      table.show(rows, { sort: 'bytes', page: 0, open: -1 });
    };
    draw();
    context.on(['from', 'to'], draw);
    return section('compare', 'Snapshots', 'Pick any two moments to see which sites hold more, or less, than before.',
      snapshotList(process.snapshots),
      h('h3', {}, 'Comparison'),
      toolbar(before.element, h('button', {
        class: 'button', attrs: { type: 'button', 'aria-label': 'Swap the two moments' },
        on: { click: () => store.set({ from: to().key, to: from().key }) },
      }, icon(ICONS.swap)), after.element),
      summary, h('div', { class: 'panel' }, table.element), partial);
  },
};
