// Stacks merged into a tree, from the outermost callers on or from the allocations outwards. A node finds its children
// when they are asked for: of a large tree only a small part is ever drawn.
import { positionsOf } from './columns';
import type { FlameStacks } from './flame_stacks';

export interface FlameNode {
  id: number;           // number of the name: what stacks are merged by; -1 for the root
  name: string;
  frame: number;        // one of the frames that were merged here, -1 for the root
  value: number;
  itself: number;       // of value: of the stacks that end here
  slope: number;        // growth of all sites below, bytes per second
  parent: FlameNode | null;
  depth: number;
}

class Node implements FlameNode {
  children: Node[] | null = null;

  // `place`, `begin` and `end` are what the tree knows the node by.
  constructor(readonly tree: FlameTree, readonly id: number, readonly name: string, readonly frame: number, readonly parent: Node | null, readonly depth: number,
              readonly value: number, readonly itself: number, readonly slope: number, readonly place: number, readonly begin = 0, readonly end = 0) {}
}

// Largest first.
export function childrenOf(node: FlameNode): FlameNode[] {
  const grown = node as Node;
  return grown.children ??= grown.tree.grow(grown).sort((a, b) => b.value - a.value);
}

export function hasChildren(node: FlameNode): boolean {
  return node.itself < node.value;
}

export function ancestorsOf(node: FlameNode): FlameNode[] {
  const found: FlameNode[] = [];
  for (let at = node.parent; at; at = at.parent) found.unshift(at);
  return found;
}

// Names a node in the URL: the frames on the way to it.
export function pathOf(node: FlameNode): string {
  return [...ancestorsOf(node), node].slice(1).map((one) => one.frame).join('.');
}

export abstract class FlameTree {
  abstract readonly root: FlameNode;
  protected readonly amounts: Float64Array;  // by position of the site; nothing below zero is drawn

  protected constructor(protected readonly stacks: FlameStacks, all: Float64Array) {
    this.amounts = new Float64Array(stacks.end.length);
    for (let site = 0; site < this.amounts.length; ++site) this.amounts[site] = Math.max(0, all[site] as number);
  }

  // `all`: the amount of each site. `inverted`: from the allocating function outwards instead of from the outermost
  // caller inwards.
  static of(stacks: FlameStacks, all: Float64Array, title: string, inverted: boolean): FlameTree {
    return inverted ? new InnerTree(stacks, all, title) : new OuterTree(stacks, all, title);
  }

  // Positions of the sites whose stacks go through `node`, in no order.
  abstract sitesOf(node: FlameNode): Int32Array;
  abstract grow(node: Node): Node[];

  // The node of a path; the root when the tree has no such node (made with other options, or by hand).
  find(path: string): FlameNode {
    let node: FlameNode | undefined = this.root;
    for (const part of path === '' ? [] : path.split('.')) {
      const id = this.stacks.nameOf(Number(part));
      node = childrenOf(node).find((child) => child.id === id);
      if (!node) return this.root;
    }
    return node;
  }

  // What the matching functions answer for: a stack counts once, however many of its functions match.
  matched(match: (name: string) => boolean): number {
    const { count, caller, names, number, end } = this.stacks;
    const matches = Uint8Array.from(names, (name) => Number(match(name)));
    const seen = new Uint8Array(count);
    for (let node = 1; node < count; ++node) seen[node] = (matches[number[node] as number] as number) | (seen[caller[node] as number] as number);
    let sum = 0;
    for (let site = 0; site < end.length; ++site) {
      if (seen[end[site] as number] === 1) sum += this.amounts[site] as number;
    }
    return sum;
  }
}

// From the outermost callers on: the figures of all nodes are summed at once, from the leaves to the root.
class OuterTree extends FlameTree {
  readonly root: Node;
  private readonly values: Float64Array;
  private readonly own: Float64Array;
  private readonly slopes: Float64Array;

  constructor(stacks: FlameStacks, all: Float64Array, title: string) {
    super(stacks, all);
    const { count, caller, end, slopes: growth } = stacks;
    const [values, slopes] = [new Float64Array(count), new Float64Array(count)];
    for (let site = 0; site < end.length; ++site) {
      const amount = this.amounts[site] as number;
      if (amount === 0) continue;
      values[end[site] as number]! += amount;
      slopes[end[site] as number]! += growth[site] as number;
    }
    this.own = values.slice();
    for (let node = count - 1; node > 0; --node) {
      values[caller[node] as number]! += values[node] as number;
      slopes[caller[node] as number]! += slopes[node] as number;
    }
    [this.values, this.slopes] = [values, slopes];
    this.root = this.node(0, null, title);
  }

  grow(node: Node): Node[] {
    const { calledBegin, called } = this.stacks.calls;
    const found: Node[] = [];
    for (let at = calledBegin[node.place] as number; at < (calledBegin[node.place + 1] as number); ++at) {
      if ((this.values[called[at] as number] as number) > 0) found.push(this.node(called[at] as number, node));
    }
    return found;
  }

  sitesOf(node: FlameNode): Int32Array {
    const { count, caller, end, process } = this.stacks;
    const { place } = node as Node;
    const inside = new Uint8Array(count);
    inside[place] = 1;
    for (let at = place + 1; at < count; ++at) inside[at] = inside[caller[at] as number] as number;
    return positionsOf(process).filter((site) => inside[end[site] as number] === 1 && (this.amounts[site] as number) > 0);
  }

  private node(place: number, parent: Node | null, title = ''): Node {
    const { names, number, frame } = this.stacks;
    const id = number[place] as number;
    return new Node(this, id, names[id] ?? title, frame[place] as number, parent, parent ? parent.depth + 1 : 0,
      this.values[place] as number, this.own[place] as number, this.slopes[place] as number, place);
  }
}

// From the allocations outwards: a node is a range of the stacks in their order from the leaf on, and its figures are
// differences of running sums.
class InnerTree extends FlameTree {
  readonly root: Node;
  private readonly sums: Float64Array;    // of all stacks before each in that order
  private readonly slopes: Float64Array;

  constructor(stacks: FlameStacks, all: Float64Array, title: string) {
    super(stacks, all);
    const { order } = stacks.fromLeaf;
    [this.sums, this.slopes] = [new Float64Array(order.length + 1), new Float64Array(order.length + 1)];
    let [sum, slope] = [0, 0];
    for (let i = 0; i < order.length; ++i) {
      const site = order[i] as number;
      const amount = this.amounts[site] as number;
      sum += amount;
      if (amount > 0) slope += stacks.slopes[site] as number;
      this.sums[i + 1] = sum;
      this.slopes[i + 1] = slope;
    }
    this.root = this.node(-1, title, -1, null, 0, order.length);
  }

  grow(node: Node): Node[] {
    const { common, depth } = this.stacks.fromLeaf;
    const found: Node[] = [];
    let { begin } = node;
    while (begin < node.end && depth[begin] === node.depth) ++begin;  // these end here
    while (begin < node.end) {
      let end = begin + 1;
      while (end < node.end && (common[end] as number) > node.depth) ++end;
      if ((this.sums[end] as number) > (this.sums[begin] as number)) found.push(this.below(node, begin, end));
      begin = end;
    }
    return found;
  }

  sitesOf(node: FlameNode): Int32Array {
    const { begin, end } = node as Node;
    return this.stacks.fromLeaf.order.subarray(begin, end).filter((site) => (this.amounts[site] as number) > 0);
  }

  private below(parent: Node, begin: number, end: number): Node {
    const { caller, end: ends, fromLeaf, names, number, frame } = this.stacks;
    let place = ends[fromLeaf.order[begin] as number] as number;
    for (let up = parent.depth; up > 0; --up) place = caller[place] as number;
    const id = number[place] as number;
    return this.node(id, names[id] as string, frame[place] as number, parent, begin, end);
  }

  private node(id: number, name: string, frame: number, parent: Node | null, begin: number, end: number): Node {
    const { depth: depths } = this.stacks.fromLeaf;
    const depth = parent ? parent.depth + 1 : 0;
    let own = begin;
    while (own < end && depths[own] === depth) ++own;
    const { sums, slopes } = this;
    const between = (values: Float64Array, to: number) => (values[to] as number) - (values[begin] as number);
    return new Node(this, id, name, frame, parent, depth, between(sums, end), between(sums, own), between(slopes, end), 0, begin, end);
  }
}
