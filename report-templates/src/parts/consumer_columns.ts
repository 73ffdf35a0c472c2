// The columns of the top consumers, for sites and for groups of them.
import type { Context } from '../context';
import { figure, h } from '../dom';
import * as format from '../format';
import { callerOf } from '../frames';
import { columnOf, type Figure, sumAt } from './columns';
import type { Cost } from './costs';
import { bytesOfAll, grownIn, rangeOfSites, type SiteRange } from './range';
import { bar, bytesFigure, countFigure, estimateFigure } from './section';
import { nameRanks } from './site_groups';
import type { SiteRow, SiteRows } from './site_rows';
import { growthFigure, verdictText } from './sites';
import { sparkline } from './sparkline';
import { breakable, siteName } from './stack';
import type { Column as TableColumn } from './table';

type Column = TableColumn<SiteRow, SiteRows>;

export interface List extends Cost { whole: number }

export function groupName(name: string, place: string): HTMLElement {
  return h('span', { class: 'site', title: place || name }, h('span', { class: 'site-function' }, breakable(name)),
    place !== '' && place !== name && h('span', { class: 'site-place' }, place));
}

type Shared = (key: string, row: SiteRow, content: HTMLElement) => HTMLElement;

// Sorts rows by a figure of their sites.
function by({ process }: Context, figure: Figure): (rows: SiteRows) => Float64Array {
  return (rows) => rows.totals(columnOf(process, figure));
}

function liveColumns(context: Context, shared: Shared): Column[] {
  return [
    { key: 'live', label: 'Live', help: 'Bytes still allocated at the end of the recording', numeric: true, values: by(context, 'live_bytes'), cell: (row) => shared('live', row, estimateFigure(row.sum.live_bytes, row.sum.live_bytes_error)) },
    { key: 'blocks', label: 'Blocks', help: 'Blocks still allocated at the end', numeric: true, minor: true, values: by(context, 'live_blocks'), cell: ({ sum }) => countFigure(sum.live_blocks) },
  ];
}

function rangeColumns({ process }: Context, range: SiteRange, shared: Shared): Column[] {
  const span = `${format.duration(range.fromNs)} to ${format.duration(range.toNs)}`;
  const [after, grownOf] = [bytesOfAll(process, range.to), grownIn(process, range)];
  const held = ({ positions }: SiteRow) => sumAt(after, positions);
  const grown = ({ positions }: SiteRow) => sumAt(grownOf, positions);
  return [
    { key: 'range', label: 'In the range', help: `Change of the live bytes from ${span}`, numeric: true, values: (rows) => rows.totals(grownOf), cell: (row) => shared('range', row, figure(grown(row), format.signed(grown(row), format.bytes))) },
    { key: 'live', label: 'Live then', help: `Bytes allocated at ${format.duration(range.toNs)}`, numeric: true, values: (rows) => rows.totals(after), cell: (row) => shared('live', row, bytesFigure(held(row))) },
  ];
}

export function consumerColumns(context: Context, lists: List[], chosen: List, grouping: string): Column[] {
  const { frames, process } = context;
  const range = rangeOfSites(context);
  // The figure that the table is about has its share of the total beside it, and a bar below.
  const shared = (key: string, row: SiteRow, content: HTMLElement) => {
    const list = lists.find((one) => one.key === key);
    if (!list || chosen.key !== key) return content;
    const share = sumAt(list.all(), row.positions);
    return h('span', { class: 'shared' }, h('span', { class: 'shared-figures' }, content,
      key !== 'growth' && h('span', { class: 'share' }, format.percent(share, list.whole))), bar(share, list.whole));
  };
  const frameOf = ({ sum }: SiteRow) => frames.blamed(sum);
  const all: Column[] = [
    grouping === 'stack'
      ? { key: 'site', label: 'Allocation site', values: (rows) => rows.totals(nameRanks(context)), cell: (row) => siteName(frameOf(row), callerOf(frames, row.sum.stack, frameOf(row))) }
      : { key: 'site', label: grouping.charAt(0).toUpperCase() + grouping.slice(1), value: (row) => row.name, cell: (row) => groupName(row.name, row.place) },
    ...(range ? rangeColumns(context, range, shared) : liveColumns(context, shared)),
    { key: 'peak', label: 'At peak', help: 'Bytes held when the whole heap was largest', numeric: true, minor: true, values: by(context, 'peak_bytes'), cell: (row) => shared('peak', row, bytesFigure(row.sum.peak_bytes)) },
    { key: 'allocations', label: 'Allocations', numeric: true, minor: true, values: by(context, 'allocations'), cell: (row) => shared('allocations', row, countFigure(row.sum.allocations)) },
    { key: 'temporary', label: 'Temporary', help: 'Allocations freed by the very next heap event of their thread', numeric: true, minor: true, values: by(context, 'temporary_allocations'), cell: (row) => shared('temporary', row, countFigure(row.sum.temporary_allocations)) },
  ];
  if (process.truth) {
    all.splice(range ? 3 : 2, 0, {
      key: 'lost', label: 'Lost', help: 'Bytes that nothing, or only lost memory, points to', numeric: true, minor: true,
      values: by(context, 'lost_bytes'), cell: (row) => shared('lost', row, row.sum.lost_bytes > 0 ? bytesFigure(row.sum.lost_bytes) : h('span', { class: 'muted' }, '\u2013')),
    });
  }
  if (grouping !== 'stack') all.splice(1, 0, { key: 'sites', label: 'Stacks', numeric: true, minor: true, value: ({ positions }) => positions.length, cell: ({ positions }) => countFigure(positions.length) });
  if (lists.some((list) => list.key === 'growth')) {
    all.push({
      key: 'growth', label: 'Growth', help: 'Slope of the live bytes over the run', numeric: true, minor: true, values: by(context, 'slope'),
      cell: (row) => (row.sum.growth ? shared('growth', row, h('span', { class: 'growing' }, growthFigure(row.sum), row.sum.growth.verdict ? h('span', { class: 'tag' }, verdictText(row.sum.growth.verdict)) : '')) : '\u2013'),
    });
  }
  if ((process.courses?.length ?? 0) > 1) {
    all.push({ key: 'trend', label: 'Over time', minor: true, cell: ({ sum }) => sparkline(sum.live_bytes_over_time, 80, 24) });
  }
  // The metric that was chosen is never the one that a narrow screen leaves out.
  return all.map((column) => ({ ...column, minor: Boolean(column.minor) && column.key !== chosen.key }));
}
