// Heap, RSS and mappings over time on one axis, blocks on another, or the heap in bands by who allocated it.
import type { View } from '../context';
import { h } from '../dom';
import { isAllZero } from '../model';
import { offerNumbers, offerPng, offerSvg } from '../parts/chart_files';
import { select, toolbar } from '../parts/controls';
import { empty, note, section } from '../parts/section';
import { groupingsOf } from '../parts/site_groups';
import { spikeList } from '../parts/spikes';
import { TimelineChart } from '../parts/timeline_chart';

export const timeline: View = {
  id: 'timeline',
  title: 'Timeline',
  render(context) {
    const { process, store } = context;
    const data = process.timeline;
    if (!data) return null;
    if (data.time_ns.length < 2) {
      return section('timeline', 'Timeline', null, empty('Too short for a timeline.', 'The recording holds fewer than two points in time. The figures above are exact all the same.'));
    }
    const chart = new TimelineChart(context);
    const bands = (process.courses?.length ?? 0) > 1
      ? [{ key: '', label: 'Heap, RSS and blocks' }, ...groupingsOf(context).map((one) => ({ key: one.key, label: `Heap by ${one.label.toLowerCase()}` }))] : [];
    const drawn = select('Show', bands, () => store.get('stacked'), (key) => store.set({ stacked: key }));
    context.on(['stacked'], drawn.update);
    const file = (label: string, make: () => void) => h('button', { class: 'button', attrs: { type: 'button', 'aria-label': `Save the chart as ${label}` }, on: { click: make } }, label);
    return section('timeline', 'Timeline', 'Drag across the chart to pick a range: the lists, the flame graph and the snapshots follow it. Double-click to see everything again.',
      toolbar(bands.length > 0 && drawn.element, h('span', { class: 'files' },
        file('PNG', () => chart.canvas && offerPng(chart.canvas)), file('SVG', () => offerSvg(context, chart.shown)), file('CSV', () => offerNumbers(chart.shown)))),
      h('div', { class: 'panel chart-panel' }, h('div', { class: 'chart-head' }, chart.legend, chart.reset), chart.element),
      spikeList(context),
      isAllZero(data.rss_bytes) && note('RSS was not sampled in this recording, so the chart shows what the program asked for, not what the kernel gave.'));
  },
};
