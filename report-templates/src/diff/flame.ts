// Both recordings as one flame graph: a box is as wide as what the larger side holds, its colour tells which side that is.
import type { Context } from '../context';
import { h, replace } from '../dom';
import * as format from '../format';
import { FrameTable } from '../frames';
import type { Process, Site } from '../model';
import { columnOf } from '../parts/columns';
import { select, textFilter, toggle, toolbar } from '../parts/controls';
import { FlameChart, type Match } from '../parts/flame_chart';
import { FlameStacks } from '../parts/flame_stacks';
import { type FlameNode, FlameTree } from '../parts/flame_tree';
import { section } from '../parts/section';
import type { Store } from '../state';
import { type Measure, measuresOf } from './cells';
import type { DiffReport } from './model';

const SHADES = 4;

// The places as sites of a process: what they hold is the larger side, what they grow by is the change.
function asProcess(report: DiffReport, { key }: Measure): { process: Process; frames: FrameTable } {
  const ids = new Map<string, number>();
  const idOf = (name: string) => ids.get(name) ?? ids.set(name, ids.size).get(name) as number;
  const sites = report.sites.map((site, id): Site => ({
    id, stack: site.frames.map(idOf), live_bytes: Math.max(site.before[key], site.after[key]), slope: site.after[key] - site.before[key], lost_bytes: 0,
    allocations: 0, allocated_bytes: 0, live_blocks: 0, peak_bytes: 0, temporary_allocations: 0,
  }));
  const { after } = report;
  const process: Process = { exe: after.program, pid: 0, totals: { ...after.totals, deallocations: 0, peak_time_ns: 0, temporary_allocations: 0 }, sites };
  return { process, frames: new FrameTable([...ids.keys()].map((name, id) => ({ id, function: name }))) };
}

// `slope` is the change, and `value` the larger side of each place: their share is how much of the box is change.
function shade({ slope, value }: FlameNode): string {
  const share = value > 0 ? Math.abs(slope) / value : 0;
  const step = Math.ceil(Math.min(1, share) * SHADES);
  return step === 0 ? 'heat-0' : `${slope > 0 ? 'heat' : 'cool'}-${step}`;
}

export function flame(report: DiffReport, store: Store): HTMLElement | null {
  const measures = measuresOf(report).filter((measure) => report.sites.some((site) => site.before[measure.key] > 0 || site.after[measure.key] > 0));
  if (measures.length === 0) return null;
  const chosen = () => measures.find((one) => one.key === store.get('cost')) ?? (measures[0] as Measure);
  const panel = h('div', { class: 'flame-panel' });
  const info = h('p', { class: 'flame-info' });
  const say = (measure: Measure, value: number) => (measure.bytes ? format.bytes(value) : format.count(value));
  const describe = (node: FlameNode) => replace(info, h('strong', {}, node.frame < 0 ? 'all' : node.name), ` ${format.signed(node.slope, (one) => say(chosen(), one))}; the larger side of each place: ${say(chosen(), node.value)}`);
  let drawn: Process;
  let tree: FlameTree;
  let chart: FlameChart;
  const build = () => {
    const measure = chosen();
    const { process, frames } = asProcess(report, measure);
    const all = () => columnOf(process, 'live_bytes');
    drawn = process;
    const context: Context = { report: { schema_version: 1, processes: [process], frames: frames.all }, frames, process, store, on: () => {}, atEnd: () => {} };
    tree = FlameTree.of(FlameStacks.of(frames, process, { skipSystem: false, fold: store.get('fold') }), all(), 'all', store.get('inverted'));
    chart = new FlameChart(context, tree, { key: measure.key, label: measure.label, bytes: measure.bytes, all, text: (value) => say(measure, value) }, describe, shade);
    replace(panel, h('div', { class: 'flame-head' }, info), h('div', { class: 'panel' }, chart.element));
    draw();
  };
  const draw = () => {
    const search = store.get('find').trim().toLowerCase();
    const match: Match = search === '' ? null : (node) => node.frame >= 0 && node.name.toLowerCase().includes(search);
    chart.show(tree, { key: '', label: '', bytes: chosen().bytes, all: () => columnOf(drawn, 'live_bytes'), text: (value) => say(chosen(), value) }, tree.find(store.get('node')), match);
  };
  const cost = select('Width', measures, () => chosen().key, (key) => store.set({ cost: key }));
  const inverted = toggle('From the allocation outwards', () => store.get('inverted'), (on) => store.set({ inverted: on, node: '' }));
  const search = textFilter('Find functions in the flame graph', 'Find a function', () => store.get('find'), (text) => store.set({ find: text }));
  const swatch = (kind: string) => Array.from({ length: SHADES }, (_, i) => h('span', { class: `swatch ${kind}-${i + 1}` }));
  const legend = h('ul', { class: 'flame-legend' }, h('li', {}, ...swatch('cool').reverse(), ' less than before'), h('li', {}, h('span', { class: 'swatch heat-0' }), 'the same'), h('li', {}, ...swatch('heat'), ' more than before'));
  build();
  store.on(['cost', 'inverted', 'fold'], build);
  store.on(['find', 'node', 'upward'], draw);
  store.on(['cost', 'inverted', 'find'], () => [cost, inverted, search].forEach((control) => control.update()));
  return section('flame', 'Flame graph', 'Callers above, what they call below. A box is as wide as the larger of both sides; red grew, green shrank. Click a function to zoom, Escape shows everything.',
    toolbar(cost.element, search.element, inverted.element), legend, panel);
}
