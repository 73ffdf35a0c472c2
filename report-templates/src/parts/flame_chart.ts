// The boxes of the flame graph: as wide as what they answer for. A click or Enter selects a function and zooms to it,
// arrow keys walk the tree, a search lights up functions.
import type { Context } from '../context';
import { h, replace } from '../dom';
import * as format from '../format';
import { amountText, type Cost } from './costs';
import { FlameColours } from './flame_colours';
import { ancestorsOf, childrenOf, type FlameNode, type FlameTree, pathOf } from './flame_tree';

const ROW = 21;
const MIN_WIDTH = 4;        // narrower boxes of one caller become one that cannot be picked
const TEXT_WIDTH = 34;

export type Match = ((node: FlameNode) => boolean) | null;

interface Placed { node: FlameNode; left: number; width: number; above: boolean }
interface Rest { parent: FlameNode; count: number; left: number; width: number }

function position(element: HTMLElement, left: number, top: number, width: number): void {
  element.style.cssText = `left:${left.toFixed(2)}px;top:${top}px;width:${Math.max(1, width - 1).toFixed(2)}px`;
}

function restBox({ count, left, width }: Rest, top: number): HTMLElement {
  const element = h('div', { class: 'flame-rest', title: `${format.plural(count, 'smaller one')}: zoom in to see them`, attrs: { 'aria-hidden': 'true' } });
  position(element, left, top, width);
  return element;
}

export class FlameChart {
  readonly element = h('div', { class: 'flame', attrs: { role: 'tree', 'aria-label': 'Flame graph' } });
  readonly colours: FlameColours;
  private readonly nodes = new Map<HTMLElement, FlameNode>();
  private readonly elements = new Map<FlameNode, HTMLElement>();
  private width = 0;
  private walking = false;    // by keys: a pointer at rest tells nothing when boxes move below it
  private focus: FlameNode;
  private match: Match = null;
  private upward = false;

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
        if (node && !(kind === 'mouseover' && this.walking)) this.describe(node);
      });
    }
    this.element.addEventListener('mousemove', ({ movementX, movementY }) => {
      if (movementX !== 0 || movementY !== 0) this.walking = false;
    });
    this.element.addEventListener('mouseleave', () => {
      if (!this.walking) this.describe(this.focus);
    });
    this.element.addEventListener('keydown', (event) => this.onKey(event, at(event)));
    const watch = new ResizeObserver(() => {
      if (this.element.clientWidth !== this.width) this.draw();
    });
    watch.observe(this.element);
    context.atEnd(() => watch.disconnect());
  }

  show(tree: FlameTree, cost: Cost, focus: FlameNode, match: Match): void {
    const had = this.element.contains(document.activeElement);
    const upward = this.context.store.get('upward');
    const stays = this.nodes.size > 0 && tree === this.tree && cost === this.cost && focus === this.focus && upward === this.upward && this.element.clientWidth === this.width;
    [this.tree, this.cost, this.focus, this.match, this.upward] = [tree, cost, focus, match, upward];
    if (stays) for (const [element, node] of this.nodes) element.className = this.classOf(node, element.classList.contains('above'));
    else this.draw();
    if (had) this.elements.get(focus)?.focus({ preventScroll: true });
  }

  private draw(): void {
    this.width = this.element.clientWidth;
    if (this.width === 0) return;
    this.nodes.clear();
    this.elements.clear();
    const { placed, rests } = this.place();
    const deepest = placed.reduce((most, { node }) => Math.max(most, node.depth), 0);
    const top = (depth: number) => (this.upward ? deepest - depth : depth) * ROW;
    const boxes = placed.map((one) => this.box(one, top(one.node.depth)));
    const canvas = h('div', { class: 'flame-canvas', attrs: { role: 'presentation' }, style: { height: `${(deepest + 1) * ROW}px` } },
      ...boxes, ...rests.filter(({ parent }) => parent.depth < deepest).map((rest) => restBox(rest, top(rest.parent.depth + 1))));
    replace(this.element, canvas);
    if (this.upward) this.element.scrollTop = this.element.scrollHeight;
    const current = this.elements.get(this.focus);
    if (current) current.tabIndex = 0;
    this.describe(this.focus);
  }

  // In tree order, as a screen reader goes through it. The way down to the selected node keeps full width, so that one
  // can go back up.
  private place(): { placed: Placed[]; rests: Rest[] } {
    const placed: Placed[] = ancestorsOf(this.focus).map((node) => ({ node, left: 0, width: this.width, above: true }));
    const rests: Rest[] = [];
    const pending: Placed[] = [{ node: this.focus, left: 0, width: this.width, above: false }];
    for (let next = pending.pop(); next; next = pending.pop()) {
      placed.push(next);
      let left = next.left;
      const children = childrenOf(next.node);
      const scale = next.width / next.node.value;
      for (let i = 0; i < children.length; ++i) {
        const child = children[i] as FlameNode;
        const width = child.value * scale;
        if (width < MIN_WIDTH) {  // largest first: the rest is narrower still
          const right = next.left + (next.node.value - next.node.itself) * scale;
          if (right - left >= MIN_WIDTH) rests.push({ parent: next.node, count: children.length - i, left, width: right - left });
          break;
        }
        pending.push({ node: child, left, width, above: false });
        left += width;
      }
    }
    return { placed: placed.sort((a, b) => a.node.depth - b.node.depth || a.left - b.left), rests };
  }

  private classOf(node: FlameNode, above: boolean): string {
    const found = this.match && (this.match(node) ? 'match' : 'faded');
    return ['flame-node', this.colour?.(node) ?? this.colours.classOf(node), above && 'above', found].filter(Boolean).join(' ');
  }

  private box({ node, left, width, above }: Placed, top: number): HTMLElement {
    const amount = amountText(this.cost, node.value);
    const label = node === this.tree.root ? `all, ${amount}` : node.name;
    const element = h('div', {
      class: this.classOf(node, above),
      attrs: {
        role: 'treeitem', tabindex: -1, 'aria-level': node.depth + 1, 'data-depth': node.depth, 'data-amount': node.value,
        'aria-selected': node === this.focus && node !== this.tree.root ? 'true' : null,
        'aria-label': `${label}, ${amount}, ${format.percent(node.value, this.tree.root.value)}`,
      },
    }, width > TEXT_WIDTH && label);
    position(element, left, top, width);
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
    const [outwards, inwards] = this.upward ? ['ArrowDown', 'ArrowUp'] : ['ArrowUp', 'ArrowDown'];
    const targets: Record<string, FlameNode | null | undefined> = {
      [outwards]: node.parent, [inwards]: childrenOf(node)[0], ArrowLeft: siblings[at - 1], ArrowRight: siblings[at + 1], Home: this.focus,
    };
    if (event.key === 'Enter' || event.key === ' ') this.select(node);
    else if (event.key === 'Escape') this.select(this.tree.root);
    else if (!(event.key in targets)) return;
    event.preventDefault();
    this.walking = true;
    const to = targets[event.key];
    const element = to && this.elements.get(to);
    if (!element) return;
    for (const other of this.nodes.keys()) other.tabIndex = -1;
    element.tabIndex = 0;
    element.focus();
  }
}
