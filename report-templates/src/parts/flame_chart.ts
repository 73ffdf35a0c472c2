// The boxes of the flame graph: as wide as what they answer for. A click or Enter selects a function and zooms to it,
// arrow keys walk the tree, a search lights up functions.
import type { Context } from '../context';
import { h, replace } from '../dom';
import * as format from '../format';
import { amountText, type Cost } from './costs';
import { FlameColours } from './flame_colours';
import { ancestorsOf, childrenOf, type FlameNode, type FlameTree, pathOf } from './flame_tree';

const ROW = 21;
const MIN_WIDTH = 2.5;

export type Match = ((node: FlameNode) => boolean) | null;

interface Placed { node: FlameNode; left: number; width: number; above: boolean }

export class FlameChart {
  readonly element = h('div', { class: 'flame', attrs: { role: 'tree', 'aria-label': 'Flame graph' } });
  readonly colours: FlameColours;
  private readonly nodes = new Map<HTMLElement, FlameNode>();
  private readonly elements = new Map<FlameNode, HTMLElement>();
  private width = 0;
  private focus: FlameNode;
  private match: Match = null;

  constructor(private readonly context: Context, private tree: FlameTree, private cost: Cost, private readonly describe: (node: FlameNode) => void,
              private readonly colour?: (node: FlameNode) => string) {
    this.colours = new FlameColours(context);
    this.focus = tree.root;
    const at = (event: Event) => this.nodes.get((event.target as HTMLElement).closest<HTMLElement>('.flame-node') as HTMLElement);
    this.element.addEventListener('click', (event) => {
      const node = at(event);
      if (node) this.select(node);
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

  show(tree: FlameTree, cost: Cost, focus: FlameNode, match: Match): void {
    const had = this.element.contains(document.activeElement);
    [this.tree, this.cost, this.focus, this.match] = [tree, cost, focus, match];
    this.draw();
    if (had) this.elements.get(focus)?.focus({ preventScroll: true });
  }

  private draw(): void {
    this.width = this.element.clientWidth;
    if (this.width === 0) return;
    this.nodes.clear();
    this.elements.clear();
    const placed = this.place();
    const deepest = placed.reduce((most, { node }) => Math.max(most, node.depth), 0);
    const upward = this.context.store.get('upward');
    const boxes = placed.map((one) => this.box(one, (upward ? deepest - one.node.depth : one.node.depth) * ROW));
    replace(this.element, h('div', { class: 'flame-canvas', attrs: { role: 'presentation' }, style: { height: `${(deepest + 1) * ROW}px` } }, ...boxes));
    if (upward) this.element.scrollTop = this.element.scrollHeight;
    const current = this.elements.get(this.focus);
    if (current) current.tabIndex = 0;
    this.describe(this.focus);
  }

  // In tree order, as a screen reader goes through it. The way down to the selected node keeps full width, so that one
  // can go back up.
  private place(): Placed[] {
    const placed: Placed[] = ancestorsOf(this.focus).map((node) => ({ node, left: 0, width: this.width, above: true }));
    const pending: Placed[] = [{ node: this.focus, left: 0, width: this.width, above: false }];
    for (let next = pending.pop(); next; next = pending.pop()) {
      placed.push(next);
      let left = next.left;
      for (const child of childrenOf(next.node)) {
        const width = (next.width * child.value) / next.node.value;
        if (width < MIN_WIDTH) break;  // largest first: the rest is narrower still
        pending.push({ node: child, left, width, above: false });
        left += width;
      }
    }
    return placed.sort((a, b) => a.node.depth - b.node.depth || a.left - b.left);
  }

  private box({ node, left, width, above }: Placed, top: number): HTMLElement {
    const amount = amountText(this.cost, node.value);
    const label = node === this.tree.root ? `all, ${amount}` : node.name;
    const found = this.match && (this.match(node) ? 'match' : 'faded');
    const element = h('div', {
      class: ['flame-node', this.colour?.(node) ?? this.colours.classOf(node), above && 'above', found].filter(Boolean).join(' '),
      attrs: {
        role: 'treeitem', tabindex: -1, 'aria-level': node.depth + 1, 'data-depth': node.depth, 'data-amount': node.value,
        'aria-selected': String(node === this.focus && node !== this.tree.root),
        'aria-label': `${label}, ${amount}, ${format.percent(node.value, this.tree.root.value)}`,
      },
      style: { left: `${left.toFixed(2)}px`, top: `${top}px`, width: `${Math.max(1, width - 1).toFixed(2)}px` },
    }, width > 34 ? label : '');
    this.nodes.set(element, node);
    this.elements.set(node, element);
    return element;
  }

  private select(node: FlameNode): void {
    this.context.store.set({ node: pathOf(node) });
  }

  private onKey(event: KeyboardEvent, node: FlameNode | undefined): void {
    if (!node) return;
    const siblings = node.parent && childrenOf(node.parent).filter((child) => this.elements.has(child)) || [node];
    const at = siblings.indexOf(node);
    const [outwards, inwards] = this.context.store.get('upward') ? ['ArrowDown', 'ArrowUp'] : ['ArrowUp', 'ArrowDown'];
    const targets: Record<string, FlameNode | null | undefined> = {
      [outwards]: node.parent, [inwards]: childrenOf(node)[0], ArrowLeft: siblings[at - 1], ArrowRight: siblings[at + 1], Home: this.focus,
    };
    if (event.key === 'Enter' || event.key === ' ') this.select(node);
    else if (event.key === 'Escape') this.select(this.tree.root);
    else if (!(event.key in targets)) return;
    event.preventDefault();
    const to = targets[event.key];
    const element = to && this.elements.get(to);
    if (!element) return;
    for (const other of this.nodes.keys()) other.tabIndex = -1;
    element.tabIndex = 0;
    element.focus();
  }
}
