// The icicle: callers above, what they call below, as wide as the memory they answer for. Zoom by click or Enter,
// arrow keys walk the tree, a search lights up functions.
import type { Context, View } from '../context';
import { h, replace } from '../dom';
import * as format from '../format';
import { frameFullLocation, type Site } from '../model';
import { select, systemToggle, textFilter, toggle, toolbar } from '../parts/controls';
import { note, section } from '../parts/section';
import { childrenOf, type FlameNode, matched, mergeStacks } from '../parts/flame_tree';

const ROW = 21;
const MIN_WIDTH = 2.5;

const COSTS: { key: string; label: string; bytes: boolean; of: (site: Site) => number }[] = [
  { key: 'live', label: 'Live at end', bytes: true, of: (site) => site.live_bytes },
  { key: 'peak', label: 'At the peak', bytes: true, of: (site) => site.peak_bytes },
  { key: 'allocations', label: 'Allocations', bytes: false, of: (site) => site.allocations },
  { key: 'temporary', label: 'Temporary', bytes: false, of: (site) => site.temporary_allocations },
];

class Flame {
  readonly element = h('div', { class: 'flame', attrs: { role: 'tree', 'aria-label': 'Flame graph' } });
  readonly info = h('p', { class: 'flame-info' });
  readonly found = h('span', { class: 'summary', attrs: { role: 'status' } });
  readonly reset = h('button', { class: 'button', attrs: { type: 'button' }, on: { click: () => this.zoom(this.root) } }, 'Reset zoom');
  private root: FlameNode;
  private focus: FlameNode;
  private readonly nodes = new Map<HTMLElement, FlameNode>();
  private readonly elements = new Map<FlameNode, HTMLElement>();
  private width = 0;

  constructor(private readonly context: Context) {
    this.root = this.focus = this.merge();
    const at = (event: Event) => this.nodes.get((event.target as HTMLElement).closest<HTMLElement>('.flame-node') as HTMLElement);
    this.element.addEventListener('click', (event) => {
      const node = at(event);
      if (node) this.zoom(node);
    });
    for (const kind of ['mouseover', 'focusin']) {
      this.element.addEventListener(kind, (event) => {
        const node = at(event);
        if (node) this.describe(node);
      });
    }
    this.element.addEventListener('mouseleave', () => this.describe(this.focus));
    this.element.addEventListener('keydown', (event) => this.onKey(event, at(event)));
    const watch = new ResizeObserver(() => {
      if (this.element.clientWidth !== this.width) this.draw();
    });
    watch.observe(this.element);
    context.atEnd(() => watch.disconnect());
  }

  cost() {
    return COSTS.find((one) => one.key === this.context.store.get('cost')) ?? (COSTS[0] as (typeof COSTS)[number]);
  }

  rebuild(): void {
    this.root = this.focus = this.merge();
    this.draw();
  }

  draw(): void {
    this.width = this.element.clientWidth;
    if (this.width === 0) return;
    this.nodes.clear();
    this.elements.clear();
    const match = this.matcher();
    const parts: HTMLElement[] = [];
    let depth = 0;
    // The way down to the zoomed node keeps full width, so that one can go back up.
    const above: FlameNode[] = [];
    for (let node: FlameNode | null = this.focus.parent; node; node = node.parent) above.unshift(node);
    for (const node of above) parts.push(this.box(node, 0, this.width, match, true));
    const pending: { node: FlameNode; left: number; width: number }[] = [{ node: this.focus, left: 0, width: this.width }];
    for (let next = pending.pop(); next; next = pending.pop()) {
      parts.push(this.box(next.node, next.left, next.width, match, false));
      depth = Math.max(depth, next.node.depth);
      let left = next.left;
      for (const child of childrenOf(next.node)) {
        const width = (next.width * child.value) / next.node.value;
        if (width < MIN_WIDTH) break;  // largest first: the rest is narrower still
        pending.push({ node: child, left, width });
        left += width;
      }
    }
    // In tree order, as a screen reader goes through it.
    parts.sort((a, b) => Number(a.dataset['depth']) - Number(b.dataset['depth']) || parseFloat(a.style.left) - parseFloat(b.style.left));
    replace(this.element, h('div', { class: 'flame-canvas', attrs: { role: 'presentation' }, style: { height: `${(depth + 1) * ROW}px` } }, ...parts));
    const current = this.elements.get(this.focus);
    if (current) current.tabIndex = 0;
    this.reset.hidden = this.focus === this.root;
    this.describe(this.focus);
    const search = this.context.store.get('find').trim();
    this.found.textContent = match ? `\u201c${search}\u201d: ${this.amount(matched(this.root, match))}, ${format.percent(matched(this.root, match), this.root.value)} of the total` : '';
  }

  private merge(): FlameNode {
    const { store, frames, process } = this.context;
    return mergeStacks(frames, process.sites ?? [], this.cost().of, 'all', { inverted: store.get('inverted'), skipSystem: store.get('own') });
  }

  private matcher(): ((node: FlameNode) => boolean) | null {
    const text = this.context.store.get('find').trim().toLowerCase();
    return text === '' ? null : (node) => node.frame >= 0 && node.name.toLowerCase().includes(text);
  }

  private amount(value: number): string {
    return this.cost().bytes ? format.bytes(value) : format.plural(value, 'allocation');
  }

  private box(node: FlameNode, left: number, width: number, match: ((node: FlameNode) => boolean) | null, above: boolean): HTMLElement {
    const label = node === this.root ? `all, ${this.amount(node.value)}` : node.name;
    const element = h('div', {
      class: ['flame-node', node.tone < 0 ? 'system' : `tone-${node.tone}`, above && 'above', match && (match(node) ? 'match' : 'faded')].filter(Boolean).join(' '),
      attrs: {
        role: 'treeitem', tabindex: -1, 'aria-level': node.depth + 1, 'data-depth': node.depth, 'data-amount': node.value,
        'aria-label': `${label}, ${this.amount(node.value)}, ${format.percent(node.value, this.root.value)}`,
      },
      style: { left: `${left.toFixed(2)}px`, top: `${node.depth * ROW}px`, width: `${Math.max(1, width - 1).toFixed(2)}px` },
    }, width > 34 ? label : '');
    this.nodes.set(element, node);
    this.elements.set(node, element);
    return element;
  }

  private describe(node: FlameNode): void {
    const frame = node.frame >= 0 ? this.context.frames.get(node.frame) : undefined;
    replace(this.info, h('strong', {}, node === this.root ? 'all' : node.name),
      h('span', {}, ` ${this.amount(node.value)}, ${format.percent(node.value, this.root.value)}`),
      frame && h('span', { class: 'muted' }, ` ${frameFullLocation(frame)}`));
  }

  private zoom(node: FlameNode): void {
    this.focus = node;
    const had = this.element.contains(document.activeElement);
    this.draw();
    if (had) this.elements.get(node)?.focus({ preventScroll: true });
  }

  private onKey(event: KeyboardEvent, node: FlameNode | undefined): void {
    if (!node) return;
    const siblings = node.parent && childrenOf(node.parent).filter((child) => this.elements.has(child)) || [node];
    const at = siblings.indexOf(node);
    const to = { ArrowUp: node.parent, ArrowDown: childrenOf(node)[0], ArrowLeft: siblings[at - 1], ArrowRight: siblings[at + 1], Home: this.focus }[event.key];
    if (event.key === 'Enter' || event.key === ' ') this.zoom(node);
    else if (event.key === 'Escape') this.zoom(this.root);
    else if (!(event.key in { ArrowUp: 0, ArrowDown: 0, ArrowLeft: 0, ArrowRight: 0, Home: 0 })) return;
    event.preventDefault();
    const element = to && this.elements.get(to);
    if (!element) return;
    for (const other of this.nodes.keys()) other.tabIndex = -1;
    element.tabIndex = 0;
    element.focus();
  }
}

export const flame: View = {
  id: 'flame',
  title: 'Flame graph',
  render(context) {
    const { process, store } = context;
    if (!process.sites || process.sites.length === 0) return null;
    const body = h('div', { class: 'flame-body' });
    const element = section('flame', 'Flame graph', 'Callers above, what they call below; the width is the memory or the number of allocations. Click to zoom, arrow keys move, Escape shows everything.');
    let made: Flame | undefined;
    const cost = select('Width', COSTS, () => made?.cost().key ?? store.get('cost'), (key) => store.set({ cost: key }));
    const inverted = toggle('From the allocation outwards', () => store.get('inverted'), (on) => store.set({ inverted: on }));
    const search = textFilter('Find functions in the flame graph', 'Find a function', () => store.get('find'), (text) => store.set({ find: text }));
    element.append(toolbar(cost.element, search.element, inverted.element, systemToggle(context)), body);
    // Merging the stacks of a large report takes a moment: not before somebody looks at it, or prints it.
    const make = () => {
      if (made) return;
      watch.disconnect();
      made = new Flame(context);
      replace(body, h('div', { class: 'flame-head' }, made.info, made.found, made.reset), h('div', { class: 'panel' }, made.element));
      made.draw();
    };
    const watch = new IntersectionObserver((entries) => entries.some((entry) => entry.isIntersecting) && make(), { rootMargin: '200px' });
    watch.observe(body);
    addEventListener('beforeprint', make);
    context.atEnd(() => {
      watch.disconnect();
      removeEventListener('beforeprint', make);
    });
    context.on(['cost', 'inverted', 'own'], () => {
      cost.update();
      inverted.update();
      made?.rebuild();
    });
    context.on(['find'], () => {
      search.update();
      made?.draw();
    });
    if (process.sites_total !== undefined && process.sites_total > process.sites.length) element.append(note('Built from the sites in this report, not from all of them.'));
    return element;
  },
};
