// The same tree as the flame graph, as a table: rows open into what they call, with what they allocate themselves.
import type { Context } from '../context';
import { figure, h, icon, ICONS } from '../dom';
import * as format from '../format';
import { amountText, type Cost } from './costs';
import { ancestorsOf, childrenOf, type FlameNode, type FlameTree, hasChildren, pathOf } from './flame_tree';
import { bar } from './section';
import { siteName } from './stack';

const FIRST = 40;          // children of a row that are drawn at once
const OPEN_SHARE = 0.5;    // of the row above: opens by itself, so that one starts where the memory is
const OPEN_DEPTH = 30;

export class CallTree {
  readonly element: HTMLElement;
  private readonly body = h('tbody');
  private tree: FlameTree | undefined;
  private cost: Cost | undefined;
  private readonly buttons = new Map<FlameNode, HTMLElement>();

  constructor(private readonly context: Context) {
    this.element = h('div', { class: 'panel' }, h('div', { class: 'table-scroll', attrs: { role: 'region', 'aria-label': 'Call tree', tabindex: 0 } },
      h('table', { class: 'call-tree' }, h('caption', { class: 'visually-hidden' }, 'Call tree'),
        h('thead', {}, h('tr', {}, ...['Function', 'Total', 'Itself'].map((text, i) => h('th', { class: i > 0 ? 'numeric' : undefined, attrs: { scope: 'col' } }, text)))), this.body)));
  }

  // Opens the way to `focus`, or to where most of it is.
  show(tree: FlameTree, cost: Cost, focus: FlameNode): void {
    [this.tree, this.cost] = [tree, cost];
    this.buttons.clear();
    this.body.replaceChildren(...this.rowsUnder(tree.root));
    const way = focus === tree.root ? this.heaviest(tree.root) : ancestorsOf(focus).slice(1);
    for (const node of way) this.open(node);
  }

  private heaviest(root: FlameNode): FlameNode[] {
    const way: FlameNode[] = [];
    for (let at: FlameNode = root; way.length < OPEN_DEPTH;) {
      const next = childrenOf(at)[0];
      if (!next || next.value < at.value * OPEN_SHARE || !hasChildren(next)) break;
      way.push(next);
      at = next;
    }
    return way;
  }

  private rowsUnder(parent: FlameNode): HTMLElement[] {
    const all = childrenOf(parent);
    const rows = all.slice(0, FIRST).map((node) => this.row(node));
    const rest = all.slice(FIRST);
    if (rest.length > 0) {
      const value = rest.reduce((sum, node) => sum + node.value, 0);
      rows.push(h('tr', { attrs: { 'data-level': parent.depth + 1 } },
        h('th', { class: 'muted', attrs: { scope: 'row' }, style: { '--level': String(parent.depth) } }, `and ${format.plural(rest.length, 'smaller one')}`),
        h('td', { class: 'numeric' }, this.amount(value)), h('td')));
    }
    return rows;
  }

  private amount(value: number): HTMLElement {
    return figure(value, this.cost?.bytes ? format.bytes(value) : format.count(value), this.cost && amountText(this.cost, value));
  }

  private row(node: FlameNode): HTMLElement {
    const { frames, store } = this.context;
    const { itself } = node;
    const name = siteName(frames.get(node.frame));
    const whole = this.tree?.root.value ?? 0;
    const line = h('tr', { attrs: { 'data-level': node.depth, 'data-amount': node.value } });
    const button = h('button', {
      class: 'row-toggle', attrs: { type: 'button', 'aria-expanded': hasChildren(node) ? 'false' : null },
      on: {
        click: () => {
          if (button.getAttribute('aria-expanded') === 'true') return this.close(node);
          this.open(node);
          store.set({ node: pathOf(node) });
        },
      },
    }, hasChildren(node) ? icon(ICONS.chevron) : h('span', { class: 'icon' }), name);
    this.buttons.set(node, button);
    line.append(
      h('th', { attrs: { scope: 'row' }, style: { '--level': String(node.depth - 1) } }, h('span', { class: 'visually-hidden' }, `Level ${node.depth}: `), button),
      h('td', { class: 'numeric' }, h('span', { class: 'shared' }, h('span', { class: 'shared-figures' },
        this.amount(node.value), h('span', { class: 'share' }, format.percent(node.value, whole))), bar(node.value, whole))),
      h('td', { class: 'numeric' }, itself > 0 ? this.amount(itself) : '\u2013'));
    return line;
  }

  private open(node: FlameNode): void {
    const button = this.buttons.get(node);
    if (!button || !hasChildren(node)) return;
    button.setAttribute('aria-expanded', 'true');
    button.closest('tr')?.after(...this.rowsUnder(node));
  }

  private close(node: FlameNode): void {
    const button = this.buttons.get(node);
    const line = button?.closest('tr');
    button?.setAttribute('aria-expanded', 'false');
    for (let next = line?.nextElementSibling; next && Number((next as HTMLElement).dataset['level']) > node.depth; next = line?.nextElementSibling) next.remove();
  }
}
