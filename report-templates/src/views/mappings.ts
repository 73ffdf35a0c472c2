// The ledger of mmap, munmap and brk: kept apart from the heap, so that nothing is counted twice.
import type { View } from '../context';
import { type Child, h } from '../dom';
import { bytesFigure, countFigure, empty, facts, section } from '../parts/section';
import { siteName, stackList } from '../parts/stack';
import { DataTable } from '../parts/table';
import { callerOf } from '../frames';
import type { MappingSite } from '../model';

export const mappings: View = {
  id: 'mappings',
  title: 'Mappings',
  render(context) {
    const ledger = context.process.mappings;
    if (!ledger) return null;
    const intro = 'Memory that the program mapped by itself. The allocator\u2019s own mappings are part of the heap above and not counted here.';
    if (ledger.maps === 0 && !ledger.brk_bytes) return section('mappings', 'Mappings', intro, empty('The program mapped nothing by itself.', 'No mmap, mremap or brk of its own was recorded.'));
    const rows: [string, Child][] = [['Live', bytesFigure(ledger.live_bytes)], ['Peak', bytesFigure(ledger.peak_bytes)], ['Mapped', countFigure(ledger.maps)], ['Unmapped', countFigure(ledger.unmaps)]];
    if (ledger.brk_bytes) rows.push(['Own brk growth', bytesFigure(ledger.brk_bytes)]);
    const element = section('mappings', 'Mappings', intro, facts(rows, 'numbers'));
    if (!ledger.sites || ledger.sites.length === 0) return element;
    interface Row { site: MappingSite; index: number }
    const blamed = ({ site }: Row) => context.frames.blamed(site);
    const table = new DataTable<Row>({
      caption: 'Mappings by call stack', key: (row) => row.index, empty: '',
      detail: (row) => stackList(context, row.site.stack, blamed(row)),
      columns: [
        { key: 'site', label: 'Mapped by', value: (row) => blamed(row)?.function ?? '', cell: (row) => siteName(blamed(row), callerOf(context.frames, row.site.stack, blamed(row))) },
        { key: 'live', label: 'Live', numeric: true, value: (row) => row.site.live_bytes, cell: (row) => bytesFigure(row.site.live_bytes) },
        { key: 'mapped', label: 'Mapped in all', numeric: true, minor: true, value: (row) => row.site.mapped_bytes, cell: (row) => bytesFigure(row.site.mapped_bytes) },
        { key: 'maps', label: 'Calls', numeric: true, value: (row) => row.site.maps, cell: (row) => countFigure(row.site.maps) },
      ],
    });
    table.show(ledger.sites.map((site, index) => ({ site, index })), { sort: 'live' });
    element.append(h('div', { class: 'panel' }, table.element));
    return element;
  },
};
