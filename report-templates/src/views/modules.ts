// The code that was loaded, with build ids, and when it came and went.
import type { View } from '../context';
import { h } from '../dom';
import * as format from '../format';
import { baseName } from '../frames';
import type { ModuleEpoch, ModuleInfo } from '../model';
import { section } from '../parts/section';
import { DataTable } from '../parts/table';

function when(epochs: ModuleEpoch[]): string {
  if (epochs.every((epoch) => !epoch.from_ns && (epoch.to_ns === null || epoch.to_ns === undefined))) return 'whole run';
  const one = (epoch: ModuleEpoch) => `${format.duration(epoch.from_ns ?? 0)} to ${epoch.to_ns === null || epoch.to_ns === undefined ? 'the end' : format.duration(epoch.to_ns)}`;
  return epochs.length <= 3 ? epochs.map(one).join(', ') : `${epochs.length} times`;
}

export const modules: View = {
  id: 'modules',
  title: 'Modules',
  render({ process }) {
    if (!process.modules || process.modules.length === 0) return null;
    interface Row { module: ModuleInfo; index: number }
    const table = new DataTable<Row>({
      caption: 'Loaded modules', key: (row) => row.index, pageSize: 15, empty: '',
      columns: [
        { key: 'path', label: 'Module', value: (row) => row.module.path, cell: (row) => h('span', { class: 'site', title: row.module.path }, h('span', { class: 'site-function' }, baseName(row.module.path)), h('span', { class: 'site-place' }, row.module.path)) },
        { key: 'loaded', label: 'Loaded', cell: (row) => when(row.module.epochs ?? []) },
        { key: 'address', label: 'Address', minor: true, cell: (row) => h('code', {}, format.hex(row.module.epochs?.[0]?.map_start)) },
        { key: 'build', label: 'Build id', minor: true, cell: (row) => (row.module.build_id ? h('code', { class: 'build-id', title: row.module.build_id }, row.module.build_id) : h('span', { class: 'muted' }, 'none')) },
      ],
    });
    table.show(process.modules.map((module, index) => ({ module, index })));
    return section('modules', 'Modules', null, h('div', { class: 'panel' }, table.element));
  },
};
