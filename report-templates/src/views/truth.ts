// What is lost and what is held, as the scans of the heap saw it: the classes, and the roots that hold the most.
import type { Context, View } from '../context';
import { h } from '../dom';
import * as format from '../format';
import type { Classes, Count, GraphView, Held } from '../model';
import { numbersOf, Ranking } from '../parts/order';
import { pathPicture } from '../parts/retention';
import { siteFolds } from '../parts/site_folds';
import { bar, bytesFigure, countFigure, empty, section } from '../parts/section';
import { DataTable } from '../parts/table';

const CLASSES: { key: keyof Classes; name: string; meaning: string }[] = [
  { key: 'definitely_lost', name: 'Definitely lost', meaning: 'Nothing points to these blocks.' },
  { key: 'indirectly_lost', name: 'Indirectly lost', meaning: 'Only lost blocks point to them.' },
  { key: 'possibly_lost', name: 'Possibly lost', meaning: 'Only pointers into their middle, or not stored as plain addresses.' },
  { key: 'still_reachable', name: 'Still reachable', meaning: 'A chain of pointers leads there.' },
];

export function momentText(when: string): string {
  if (when === 'exit') return 'when main returned or exit() was called';
  if (when === 'after_destructors') return 'at exit, after static destructors';
  if (when.startsWith('marker:')) return `at the snapshot \u201c${when.slice(7)}\u201d`;
  return `at a snapshot (${when.replaceAll('_', ' ')})`;
}

function same(a: Classes, b: Classes): boolean {
  return CLASSES.every(({ key }) => a[key].blocks === b[key].blocks && a[key].bytes === b[key].bytes);
}

function classTable(view: GraphView): HTMLElement {
  const all = CLASSES.reduce((sum, { key }) => sum + view[key].bytes, 0);
  const table = new DataTable<{ name: string; meaning: string; count: Count; index: number }>({
    caption: `Classes of blocks ${momentText(view.when)}`, key: (row) => row.index, empty: '',
    columns: [
      { key: 'class', label: 'Class', cell: (row) => h('span', { title: row.meaning }, row.name) },
      { key: 'bytes', label: 'Bytes', numeric: true, cell: (row) => bytesFigure(row.count.bytes) },
      { key: 'blocks', label: 'Blocks', numeric: true, cell: (row) => countFigure(row.count.blocks) },
      { key: 'share', label: 'Share', minor: true, cell: (row) => bar(row.count.bytes, all) },
    ],
  });
  table.show(CLASSES.map(({ key, name, meaning }, index) => ({ name, meaning, count: view[key], index })));
  return h('div', { class: 'panel' }, table.element);
}

// The places whose blocks a root holds, and the way to the largest of them.
function holding(context: Context, held: Held): HTMLElement {
  const { sites = [] } = context.process;
  const heldAt = numbersOf(sites, (site) => site.retained_by?.find((one) => one.root === held.root)?.bytes ?? 0);
  const holds = new Ranking(sites, heldAt).slice(0, heldAt.filter((bytes) => bytes > 0).length);
  if (holds.length === 0) return h('p', {}, 'None of the sites in this report is held by it.');
  const path = holds.find((site) => site.path?.root === held.root)?.path;
  return h('div', { class: 'site-detail' }, path && h('div', {}, h('p', { class: 'sub' }, 'The way to the largest'), pathPicture(path)),
    h('div', {}, h('p', { class: 'sub' }, 'Held are blocks of'), siteFolds(context, Int32Array.from(holds, (site) => site.id), { key: 'held', label: 'Held', bytes: true, all: () => heldAt })));
}

function holders(context: Context, held: Held[]): HTMLElement {
  const all = context.process.totals.live_bytes;
  const table = new DataTable<Held & { index: number }>({
    caption: 'Roots by what each alone holds', key: (row) => row.index, empty: '', pageSize: 10,
    detail: (row) => holding(context, row),
    columns: [
      { key: 'root', label: 'Held by', value: (row) => row.root, cell: (row) => row.root },
      { key: 'bytes', label: 'Bytes', numeric: true, value: (row) => row.bytes, cell: (row) => bytesFigure(row.bytes) },
      { key: 'blocks', label: 'Blocks', numeric: true, value: (row) => row.blocks, cell: (row) => countFigure(row.blocks) },
      { key: 'share', label: 'Share', minor: true, cell: (row) => bar(row.bytes, all) },
    ],
  });
  table.show(held.map((one, index) => ({ ...one, index })));
  return h('div', {}, h('h3', {}, 'Held by one root alone'), h('div', { class: 'panel' }, table.element));
}

export const truth: View = {
  id: 'truth',
  title: 'Reachability',
  render(context) {
    const seen = context.process.truth;
    if (!seen) return null;
    const others = (seen.views ?? []).slice(0, -1).filter((view) => !same(view, seen));
    const element = section('truth', 'Reachability', `Who still points to the live blocks, ${momentText(seen.when)}.`, classTable(seen));
    for (const view of others) element.append(h('h3', {}, `Differs ${momentText(view.when)}`), classTable(view));
    if (seen.stop === 'none') element.append(empty('The program ran on during the scan.', 'A block that it moved meanwhile may be called lost.'));
    if (seen.threads_missed) element.append(h('p', { class: 'note' }, `${format.plural(seen.threads_missed, 'thread')} could not be searched for pointers.`));
    if (context.process.retained?.length) element.append(holders(context, context.process.retained));
    return element;
  },
};
