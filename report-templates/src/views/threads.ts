// Which threads allocated, and through which functions.
import type { View } from '../context';
import { h } from '../dom';
import * as format from '../format';
import type { NamedCount, ThreadInfo } from '../model';
import { bytesFigure, countFigure, section } from '../parts/section';
import { DataTable } from '../parts/table';

function threadTable(threads: ThreadInfo[], allocations: number): HTMLElement {
  const counted = threads.some((thread) => thread.allocations !== undefined);
  const table = new DataTable<ThreadInfo>({
    caption: 'Threads by allocations', key: (row) => row.tid, pageSize: 15, empty: '',
    columns: [
      { key: 'name', label: 'Thread', value: (row) => row.name ?? '', cell: (row) => h('span', {}, row.name || h('span', { class: 'muted' }, '(unnamed)')) },
      { key: 'tid', label: 'Id', numeric: true, value: (row) => row.tid, cell: (row) => String(row.tid) },
      ...(counted ? [
        { key: 'allocations', label: 'Allocations', numeric: true, value: (row: ThreadInfo) => row.allocations ?? 0, cell: (row: ThreadInfo) => h('span', {}, countFigure(row.allocations ?? 0), h('span', { class: 'share' }, ` ${format.percent(row.allocations ?? 0, allocations)}`)) },
        { key: 'bytes', label: 'Bytes', numeric: true, value: (row: ThreadInfo) => row.allocated_bytes ?? 0, cell: (row: ThreadInfo) => bytesFigure(row.allocated_bytes ?? 0) },
      ] : []),
    ],
  });
  table.show(threads, counted ? { sort: 'allocations' } : {});
  return table.element;
}

function functionTable(allocated: NamedCount[], freed: NamedCount[]): HTMLElement {
  interface Row { name: string; count: number; frees: boolean; index: number }
  const rows = [...allocated.map((one) => ({ ...one, frees: false })), ...freed.map((one) => ({ ...one, frees: true }))]
    .filter((row) => row.count > 0).map((row, index): Row => ({ ...row, index }));
  const table = new DataTable<Row>({
    caption: 'Calls by allocation function', key: (row) => row.index, pageSize: 15, empty: '',
    columns: [
      { key: 'name', label: 'Function', value: (row) => row.name, cell: (row) => h('code', {}, row.name) },
      { key: 'does', label: 'Does', value: (row) => (row.frees ? 'frees' : 'allocates'), cell: (row) => (row.frees ? 'frees' : 'allocates') },
      { key: 'count', label: 'Calls', numeric: true, value: (row) => row.count, cell: (row) => countFigure(row.count) },
    ],
  });
  table.show(rows, { sort: 'count' });
  return table.element;
}

export const threads: View = {
  id: 'threads',
  title: 'Threads and functions',
  render({ process }) {
    const functions = [...(process.allocations_by_function ?? []), ...(process.deallocations_by_function ?? [])].some((one) => one.count > 0);
    const list = process.threads ?? [];
    if (list.length === 0 && !functions) return null;
    return section('threads', functions ? 'Threads and functions' : 'Threads', null, h('div', { class: 'columns' },
      list.length > 0 && h('div', { class: 'panel' }, threadTable(list, process.totals.allocations)),
      functions && h('div', { class: 'panel' }, functionTable(process.allocations_by_function ?? [], process.deallocations_by_function ?? []))));
  },
};
