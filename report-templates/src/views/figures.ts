// The key figures, each with what it is measured against.
import type { View } from '../context';
import { type Child, figure, h } from '../dom';
import * as format from '../format';
import { bytesFigure, countFigure } from '../parts/section';
import { isAllZero, type Snapshot } from '../model';

function tile(name: string, key: string, value: Child, note: Child, tone = ''): HTMLElement {
  return h('div', { class: `tile ${tone}`, attrs: { 'data-figure': key } }, h('dt', {}, name), h('dd', {}, h('span', { class: 'tile-value' }, value), note && h('span', { class: 'tile-note' }, note)));
}

function takenText(snapshots: Snapshot[]): string {
  const named = snapshots.filter((one) => !one.automatic).length;
  if (snapshots.length === 0) return 'none taken';
  return named === 0 ? 'taken automatically' : named === snapshots.length ? 'taken on request' : `${format.count(named)} taken on request`;
}

const errorText = (error: number | undefined) => (error ? `\u00b1 ${format.bytes(error)} in ` : '');

export const figures: View = {
  id: 'figures',
  title: 'Key figures',
  render({ process }) {
    const { totals, mappings, timeline, diagnostics } = process;
    const tiles: HTMLElement[] = [];
    tiles.push(tile('Live at the end', 'live_bytes', bytesFigure(totals.live_bytes),
      `${errorText(totals.live_bytes_error)}${format.plural(totals.live_blocks, 'block')}`));
    if (process.truth) {
      const { definitely_lost: lost, indirectly_lost: held } = process.truth;
      const cycles = process.cycles ?? [];
      const instances = cycles.reduce((sum, cycle) => sum + cycle.instances, 0);
      tiles.push(tile('Lost', 'lost_bytes', bytesFigure(lost.bytes + held.bytes), format.plural(lost.blocks + held.blocks, 'block'), lost.blocks > 0 ? 'bad' : ''));
      tiles.push(tile('Reference cycles', 'cycles', countFigure(instances), instances === 0 ? 'none found' : `${format.plural(cycles.length, 'kind')}, ${format.bytes(cycles.reduce((sum, cycle) => sum + cycle.bytes, 0))}`, instances > 0 ? 'bad' : ''));
    } else tiles.push(tile('Lost', 'lost_bytes', h('span', { class: 'muted' }, '\u2013'), 'the heap was not searched'));
    tiles.push(tile('Peak heap', 'peak_bytes', bytesFigure(totals.peak_bytes), `at ${format.duration(totals.peak_time_ns)}`));
    tiles.push(tile('Allocations', 'allocations', countFigure(totals.allocations), `${format.bytes(totals.allocated_bytes)}${totals.allocated_bytes_error ? ` \u00b1 ${format.bytes(totals.allocated_bytes_error)}` : ''} in all`));
    tiles.push(tile('Temporary', 'temporary_allocations', figure(totals.temporary_allocations, format.percent(totals.temporary_allocations, totals.allocations)),
      `${format.count(totals.temporary_allocations)} freed at once`));
    if (process.duration_ns !== undefined) {
      const perSecond = process.duration_ns > 0 ? totals.allocations / (process.duration_ns / 1e9) : 0;
      tiles.push(tile('Duration', 'duration_ns', figure(process.duration_ns, format.duration(process.duration_ns)), `${format.count(perSecond)} allocations/s`));
    }
    if (isAllZero(timeline?.rss_bytes)) tiles.push(tile('RSS peak', 'rss_peak', h('span', { class: 'muted' }, '\u2013'), 'not sampled'));
    else {
      const peak = timeline?.rss_bytes?.reduce((most, value) => Math.max(most, value), 0) ?? 0;
      tiles.push(tile('RSS peak', 'rss_peak', bytesFigure(peak), 'largest sample'));
    }
    if (mappings) tiles.push(tile('Mappings live', 'mappings_live_bytes', bytesFigure(mappings.live_bytes), `peak ${format.bytes(mappings.peak_bytes)}`));
    tiles.push(tile('Snapshots', 'snapshots', countFigure(process.snapshots?.length ?? 0), takenText(process.snapshots ?? [])));
    const dropped = diagnostics?.dropped_events ?? 0;
    if (dropped > 0) tiles.push(tile('Dropped events', 'dropped_events', countFigure(dropped), 'figures are too low', 'bad'));
    return h('section', { class: 'figures', attrs: { 'aria-label': 'Key figures' } }, h('dl', { class: 'tiles' }, ...tiles));
  },
};
