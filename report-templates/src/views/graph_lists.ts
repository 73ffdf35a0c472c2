// What the pointers between blocks tell beside cycles and roots: what came between two images of the heap and who holds
// it, memory that only weak pointers keep, containers that were lost with all their links.
import type { Context, View } from '../context';
import { type Child, h } from '../dom';
import * as format from '../format';
import { callerOf } from '../frames';
import { type Held, siteById } from '../model';
import { heldText } from '../parts/retention';
import { bar, bytesFigure, countFigure, empty, section } from '../parts/section';
import { siteDetail } from '../parts/sites';
import { breakable, siteName } from '../parts/stack';
import { type Column, DataTable } from '../parts/table';
import { momentText } from './truth';

interface Found { blocks: number; bytes: number; site?: number; index: number }

const HOLDERS = 3;

function siteColumn<Row extends Found>({ frames, process }: Context): Column<Row> {
  const siteOf = (row: Row) => (row.site === undefined ? undefined : siteById(process, row.site));
  const frameOf = (row: Row) => {
    const site = siteOf(row);
    return site && frames.blamed(site);
  };
  return {
    key: 'site', label: 'Allocated by', value: (row) => frameOf(row)?.function ?? '',
    cell: (row) => {
      const site = siteOf(row);
      return site ? siteName(frameOf(row), callerOf(frames, site.stack, frameOf(row))) : h('span', { class: 'muted' }, 'a site that is not listed');
    },
  };
}

function amounts<Row extends Found>(most: number): Column<Row>[] {
  return [
    { key: 'bytes', label: 'Bytes', numeric: true, value: (row) => row.bytes, cell: (row) => h('span', { class: 'shared' }, bytesFigure(row.bytes), bar(row.bytes, most)) },
    { key: 'blocks', label: 'Blocks', numeric: true, value: (row) => row.blocks, cell: (row) => countFigure(row.blocks) },
  ];
}

function table<Row extends Omit<Found, 'index'>>(context: Context, caption: string, found: Row[], more: Column<Row & Found>[]): HTMLElement {
  const rows = found.map((one, index) => ({ ...one, index }));
  const made = new DataTable<Row & Found>({
    caption, key: (row) => row.index, empty: 'None.', pageSize: 15, columns: [siteColumn(context), ...amounts<Row & Found>(Math.max(...found.map((one) => one.bytes))), ...more],
    detail: (row) => {
      const site = row.site === undefined ? undefined : siteById(context.process, row.site);
      return site ? siteDetail(context, site) : h('p', {}, 'This site is not among those in the report.');
    },
  });
  made.show(rows);
  return h('div', { class: 'panel' }, made.element);
}

function holders(held: Held[]): Child {
  if (held.length === 0) return h('span', { class: 'muted' }, 'nothing, or several roots together');
  const more = held.length - HOLDERS;
  return h('ul', {}, ...held.slice(0, HOLDERS).map((one) => h('li', {}, heldText(one))), more > 0 && h('li', { class: 'muted' }, `and ${format.count(more)} more`));
}

export const graphDelta: View = {
  id: 'delta',
  title: 'Came and stayed',
  render(context) {
    const delta = context.process.graph_delta;
    if (!delta) return null;
    const intro = `Blocks that were made after the heap was searched ${momentText(delta.from)} and were still there ${momentText(delta.to)}, with the roots that alone hold them.`;
    if (delta.appeared.length === 0) return section('delta', 'Came and stayed', intro, empty('Nothing came to stay.', 'Every block made in between was freed again.'));
    return section('delta', 'Came and stayed', intro, table(context, 'Blocks that came between the two images of the heap', delta.appeared,
      [{ key: 'held', label: 'Held by', minor: true, cell: (row) => holders(row.retained_by) }]));
  },
};

const typeColumn = { key: 'type', label: 'Type', minor: true, value: (row: { type: string }) => row.type, cell: (row: { type: string }) => (row.type ? h('code', {}, breakable(row.type)) : h('span', { class: 'muted' }, 'not known')) };

export const weaklyHeld: View = {
  id: 'weak',
  title: 'Weakly held',
  render(context) {
    const found = context.process.weakly_held;
    if (!found || found.length === 0) return null;
    return section('weak', 'Weakly held memory', 'Objects that are destroyed, but were made together with their counts: as long as one weak pointer is left, all of their memory stays.',
      table(context, 'Memory that only weak pointers keep', found, [typeColumn]));
  },
};

export const rings: View = {
  id: 'rings',
  title: 'Lost containers',
  render(context) {
    const found = context.process.structural_cycles;
    if (!found || found.length === 0) return null;
    const rows = found.map((ring) => ({ ...ring, blocks: ring.block_count * ring.instances }));
    return section('rings', 'Lost containers', 'Blocks that point to each other because a list or a tree is made so. They are no cycle of owners: whoever lost the container lost them all.',
      table(context, 'Links within lost containers', rows, [typeColumn, { key: 'instances', label: 'Times', numeric: true, minor: true, value: (row) => row.instances, cell: (row) => countFigure(row.instances) }]));
  },
};
