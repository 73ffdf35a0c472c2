// How large the requested blocks were: allocations by size class.
import type { View } from '../context';
import { h } from '../dom';
import * as format from '../format';
import type { SizeClass } from '../model';
import { bar, bytesFigure, countFigure, section } from '../parts/section';
import { DataTable } from '../parts/table';

export const sizes: View = {
  id: 'sizes',
  title: 'Block sizes',
  render({ process }) {
    const classes = process.size_classes;
    if (!classes || classes.length === 0) return null;
    interface Row { entry: SizeClass; index: number; label: string }
    const rows = classes.map((entry, index): Row => {
      // Classes are powers of two; empty ones may be left out.
      const [from, to] = [entry.min_bytes, entry.min_bytes * 2];
      const round = (value: number) => format.bytes(value).replace('.0 ', ' ');
      const label = to - from <= 1 ? round(from) : to <= 1024 ? `${from} to ${to - 1} B` : `${round(from)} to ${round(to)}`;
      return { entry, index, label };
    });
    const most = Math.max(...classes.map((entry) => entry.allocations));
    const mostBytes = Math.max(...classes.map((entry) => entry.allocated_bytes));
    const table = new DataTable<Row>({
      caption: 'Allocations by requested size', key: (row) => row.index, pageSize: 100, empty: '',
      columns: [
        { key: 'size', label: 'Requested size', value: (row) => -row.index, cell: (row) => row.label },
        { key: 'allocations', label: 'Allocations', numeric: true, value: (row) => row.entry.allocations, cell: (row) => h('span', { class: 'shared wide' }, h('span', { class: 'shared-figures' }, countFigure(row.entry.allocations), h('span', { class: 'share' }, format.percent(row.entry.allocations, process.totals.allocations))), bar(row.entry.allocations, most)) },
        { key: 'bytes', label: 'Bytes', numeric: true, value: (row) => row.entry.allocated_bytes, cell: (row) => h('span', { class: 'shared wide' }, h('span', { class: 'shared-figures' }, bytesFigure(row.entry.allocated_bytes), h('span', { class: 'share' }, format.percent(row.entry.allocated_bytes, process.totals.allocated_bytes))), bar(row.entry.allocated_bytes, mostBytes)) },
      ],
    });
    table.show(rows);
    return section('sizes', 'Block sizes', null, h('div', { class: 'panel' }, table.element));
  },
};
