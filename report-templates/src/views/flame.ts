// Who allocates through whom, as a flame graph or as a table that opens: one tree, one selection, drawn in two ways.
import type { Context, View } from '../context';
import { h, replace } from '../dom';
import * as format from '../format';
import { whenIdle } from '../later';
import { frameFullLocation } from '../frames';
import { CallTree } from '../parts/call_tree';
import { select, systemToggle, tabs, textFilter, toggle, toolbar } from '../parts/controls';
import { amountText, type Cost, costsOfStacks } from '../parts/costs';
import { FlameChart, type Match } from '../parts/flame_chart';
import { COLOURS } from '../parts/flame_colours';
import { selectionPanel } from '../parts/flame_selection';
import { FlameStacks } from '../parts/flame_stacks';
import { type FlameNode, FlameTree } from '../parts/flame_tree';
import { remainder } from '../parts/remainder';
import { note, section } from '../parts/section';

const SHAPES = [{ key: 'graph', label: 'Flame graph' }, { key: 'tree', label: 'Call tree' }];

function costNow(context: Context): Cost {
  const costs = costsOfStacks(context);
  return costs.find((one) => one.key === context.store.get('cost')) ?? (costs[0] as Cost);
}

class Stacks {
  readonly panel = h('div', { class: 'flame-panel', id: 'flame-panel' });
  private readonly info = h('p', { class: 'flame-info' });
  private readonly found = h('span', { class: 'summary', attrs: { role: 'status' } });
  private readonly reset: HTMLElement;
  private readonly legend = h('div');
  private readonly picked = h('div');
  private drawn: FlameNode | undefined;
  private tree: FlameTree;
  private cost: Cost;
  private readonly chart: FlameChart;
  private readonly table: CallTree;

  constructor(private readonly context: Context) {
    this.reset = h('button', { class: 'button', attrs: { type: 'button' }, on: { click: () => context.store.set({ node: '' }) } }, 'Reset zoom');
    this.cost = costNow(context);
    this.tree = this.merge();
    this.chart = new FlameChart(context, this.tree, this.cost, (node) => this.describe(node));
    this.table = new CallTree(context);
    const rebuild = () => {
      this.cost = costNow(context);
      this.tree = this.merge();
      this.draw();
    };
    context.on(['cost', 'inverted', 'own', 'fold'], rebuild);
    context.on(['from', 'to'], () => this.cost.key === 'between' && rebuild());
    context.on(['shape'], () => this.drawShape());
    context.on(['find', 'node', 'colour', 'upward'], () => this.drawGraph());
  }

  private merge(): FlameTree {
    const { store, frames, process } = this.context;
    const stacks = FlameStacks.of(frames, process, { skipSystem: store.get('own'), fold: store.get('fold') });
    return FlameTree.of(stacks, this.cost.all(), 'all', store.get('inverted'));
  }

  private get asTree(): boolean {
    return this.context.store.get('shape') === 'tree';
  }

  // Needs its place in the page, since the graph is as wide as that is.
  drawShape(): void {
    if (this.asTree) replace(this.panel, this.table.element, this.picked);
    else replace(this.panel, h('div', { class: 'flame-head' }, this.info, this.found, this.reset), this.legend, h('div', { class: 'panel' }, this.chart.element), this.picked);
    this.draw();
  }

  private draw(): void {
    if (this.asTree) this.table.show(this.tree, this.cost, this.tree.find(this.context.store.get('node')));
    this.drawGraph();
  }

  private drawGraph(): void {
    const focus = this.tree.find(this.context.store.get('node'));
    if (!this.asTree) {
      const search = this.context.store.get('find').trim();
      const found = (name: string) => name.toLowerCase().includes(search.toLowerCase());
      const match: Match = search === '' ? null : (node) => node.frame >= 0 && found(node.name);
      this.chart.show(this.tree, this.cost, focus, match);
      this.reset.hidden = focus === this.tree.root;
      const part = match ? this.tree.matched(found) : 0;
      this.found.textContent = match ? `\u201c${search}\u201d: ${amountText(this.cost, part)}, ${format.percent(part, this.tree.root.value)} of the total` : '';
      replace(this.legend, this.chart.colours.legend());
    }
    this.drawPicked(focus);
  }

  // After the graph itself: it adds up all that the selected function holds.
  private drawPicked(focus: FlameNode): void {
    const { tree, cost } = this;
    this.drawn = focus;
    if (focus === tree.root) return replace(this.picked, null);
    whenIdle(() => {
      if (this.drawn === focus && this.tree === tree) replace(this.picked, selectionPanel(this.context, focus, tree.sitesOf(focus), cost));
    });
  }

  private describe(node: FlameNode): void {
    const frame = node.frame >= 0 ? this.context.frames.get(node.frame) : undefined;
    replace(this.info, h('strong', {}, frame ? node.name : 'all'),
      h('span', {}, ` ${amountText(this.cost, node.value)}, ${format.percent(node.value, this.tree.root.value)}`),
      frame && h('span', { class: 'muted' }, ` ${frameFullLocation(frame)}`));
  }
}

export const flame: View = {
  id: 'flame',
  title: 'Flame graph',
  follows: ['range'],
  render(context) {
    const { process, store } = context;
    if (!process.sites || process.sites.length === 0) return null;
    const body = h('div', { class: 'flame-body' });
    const element = section('flame', 'Flame graph', 'Callers above, what they call below, with the memory or the allocations that they answer for. Click a function to see its stacks; in the graph, arrow keys move and Escape shows everything.');
    const cost = select('Measured by', costsOfStacks(context), () => costNow(context).key, (key) => store.set({ cost: key }));
    const colour = select('Colour', COLOURS, () => store.get('colour'), (key) => store.set({ colour: key }));
    // A selection belongs to one order of the stacks.
    const inverted = toggle('From the allocation outwards', () => store.get('inverted'), (on) => store.set({ inverted: on, node: '' }));
    const fold = toggle('Collapse recursion', () => store.get('fold'), (on) => store.set({ fold: on, node: '' }));
    const upward = toggle('Root at the bottom', () => store.get('upward'), (on) => store.set({ upward: on }));
    const search = textFilter('Find functions in the flame graph', 'Find a function', () => store.get('find'), (text) => store.set({ find: text }));
    const graphOnly = [search.element, colour.element, upward.element];
    const controls = toolbar(cost.element, colour.element, search.element, inverted.element, upward.element, fold.element, systemToggle(context));
    let made: Stacks | undefined;
    const panel = h('div', { id: 'flame-shape' });
    const shape = tabs('Drawn as', SHAPES, panel, () => store.get('shape'), (key) => store.set({ shape: key }));
    const update = () => {
      for (const control of [cost, colour, inverted, fold, upward, search, shape]) control.update();
      for (const one of graphOnly) one.hidden = store.get('shape') === 'tree';
    };
    update();
    context.on(['cost', 'colour', 'inverted', 'fold', 'upward', 'find', 'shape'], update);
    body.append(panel);
    element.append(shape.element, controls, body);
    // Merging the stacks of a large report takes a moment: not before somebody looks at it, or prints it.
    const make = () => {
      if (made) return;
      watch.disconnect();
      made = new Stacks(context);
      replace(panel, made.panel);
      made.drawShape();
    };
    const watch = new IntersectionObserver((entries) => entries.some((entry) => entry.isIntersecting) && make(), { rootMargin: '200px' });
    watch.observe(body);
    addEventListener('beforeprint', make);
    context.atEnd(() => {
      watch.disconnect();
      removeEventListener('beforeprint', make);
    });
    element.append(...remainder(process).map(note));
    return element;
  },
};
