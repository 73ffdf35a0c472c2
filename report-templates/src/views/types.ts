// What the live blocks are, in the words of the source.
import type { Context, View } from '../context';
import { h } from '../dom';
import type { TypeCount } from '../model';
import { positionsOf } from '../parts/columns';
import { costsOf, type Cost } from '../parts/costs';
import { bar, bytesFigure, countFigure, section } from '../parts/section';
import { siteFolds } from '../parts/site_folds';
import { breakable } from '../parts/stack';
import { DataTable } from '../parts/table';

function placeList(context: Context, sites: Int32Array, cost: Cost): HTMLElement {
  if (sites.length === 0) return h('p', {}, 'None of the sites in this report makes blocks of this type.');
  return h('div', {}, h('h3', { class: 'sub' }, 'Allocated by'), siteFolds(context, sites, cost));
}

export const types: View = {
  id: 'types',
  title: 'Types',
  render(context) {
    const all = context.process.types;
    if (!all || all.length === 0) return null;
    const [live] = costsOf(context) as [Cost];
    const placesOf = (name: string) => positionsOf(context.process).filter((at) => context.process.sites?.[at]?.types?.some((type) => type.name === name));
    const most = Math.max(...all.map((type) => type.bytes));
    const table = new DataTable<TypeCount & { index: number }>({
      caption: 'Live blocks by type', key: (row) => row.index, empty: '', pageSize: 15,
      detail: (row) => placeList(context, placesOf(row.name), live),
      columns: [
        { key: 'name', label: 'Type', value: (row) => row.name, cell: (row) => h('code', {}, breakable(row.name)) },
        { key: 'bytes', label: 'Bytes', numeric: true, value: (row) => row.bytes, cell: (row) => bytesFigure(row.bytes) },
        { key: 'blocks', label: 'Blocks', numeric: true, minor: true, value: (row) => row.blocks, cell: (row) => countFigure(row.blocks) },
        { key: 'lost', label: 'Lost bytes', numeric: true, value: (row) => row.lost_bytes, cell: (row) => bytesFigure(row.lost_bytes) },
        { key: 'share', label: 'Share', minor: true, cell: (row) => bar(row.bytes, most) },
      ],
    });
    table.show(all.map((type, index) => ({ ...type, index })));
    return section('types', 'Types', 'From vtables, from control blocks of shared pointers, and from the templates that allocated.',
      h('div', { class: 'panel' }, table.element));
  },
};
