// Counts and bytes by class, as two columns of bars.
import { type Child, h } from '../dom';
import * as format from '../format';
import { bar, bytesFigure, countFigure } from './section';
import { DataTable } from './table';

export interface HistogramRow { label: string; count: number; bytes: number }

// `title` of the classes; the shares are of `whole`, the counts of it are called `counts`.
export function histogram(caption: string, title: string, counts: string, rows: HistogramRow[], whole: { count: number; bytes: number }): HTMLElement {
  const [mostCount, mostBytes] = [Math.max(...rows.map((row) => row.count)), Math.max(...rows.map((row) => row.bytes))];
  const shared = (content: Child, part: number, all: number, most: number) =>
    h('span', { class: 'shared wide' }, h('span', { class: 'shared-figures' }, content, h('span', { class: 'share' }, format.percent(part, all))), bar(part, most));
  const table = new DataTable<HistogramRow & { index: number }>({
    caption, key: (row) => row.index, pageSize: 100, empty: '',
    columns: [
      { key: 'class', label: title, value: (row) => -row.index, cell: (row) => row.label },
      { key: 'count', label: counts, numeric: true, value: (row) => row.count, cell: (row) => shared(countFigure(row.count), row.count, whole.count, mostCount) },
      { key: 'bytes', label: 'Bytes', numeric: true, value: (row) => row.bytes, cell: (row) => shared(bytesFigure(row.bytes), row.bytes, whole.bytes, mostBytes) },
    ],
  });
  table.show(rows.map((row, index) => ({ ...row, index })));
  return h('div', { class: 'panel' }, table.element);
}
