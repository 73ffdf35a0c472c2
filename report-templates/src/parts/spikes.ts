// Sudden rises of the heap: each leads to its part of the timeline.
import type { Context } from '../context';
import { figure, h } from '../dom';
import * as format from '../format';
import type { Spike } from '../model';
import { setRange } from './range';

const AROUND = 0.5;  // of its length, before and after

// From the lowest point before it to where half of it is gone, or to the end of the run.
export function spikeEnd(spike: Spike, durationNs: number): number {
  return spike.end_ns ?? durationNs;
}

export function spikeList(context: Context): HTMLElement | null {
  const { spikes = [], duration_ns: end = 0 } = context.process;
  if (spikes.length === 0) return null;
  const item = (spike: Spike) => {
    const margin = (spikeEnd(spike, end) - spike.begin_ns) * AROUND;
    const [from, to] = [Math.max(0, Math.floor(spike.begin_ns - margin)), Math.min(end, Math.ceil(spikeEnd(spike, end) + margin))];
    const went = spike.end_ns === undefined ? 'and stayed' : `gone by ${format.duration(spike.end_ns)}`;
    return h('li', {}, h('button', { class: 'button', attrs: { type: 'button' }, on: { click: () => setRange(context, `${from}-${to}`) } },
      figure(spike.top_bytes - spike.from_bytes, format.signed(spike.top_bytes - spike.from_bytes, format.bytes)), ` at ${format.duration(spike.top_ns)}`), h('span', { class: 'muted' }, ` ${went}`));
  };
  return h('div', { class: 'spikes' }, h('h3', { class: 'sub' }, format.plural(spikes.length, 'spike')), h('ul', {}, ...spikes.map(item)));
}
