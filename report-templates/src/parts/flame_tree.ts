// Stacks merged into a tree. A node is a range of the sites in the order of their stacks, so that its figures are a
// difference of two sums, and finds its children when they are asked for: of a large tree only a small part is ever drawn.
import type { Site } from '../model';
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
  value = 0;
  itself = 0;
  slope = 0;
  children: Node[] | null = null;

  // From `begin` to `deeper` are the sites whose stacks end here, from there to `end` those that go on.
  constructor(readonly tree: FlameTree, readonly id: number, readonly name: string, readonly frame: number, readonly parent: Node | null,
              readonly depth: number, readonly begin: number, readonly deeper: number, readonly end: number) {}
}

// Largest first.
export function childrenOf(node: FlameNode): FlameNode[] {
  const grown = node as Node;
  return grown.children ??= grown.tree.grow(grown);
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

// The first of begin..end for which `is` holds; it holds for all that follow.
function firstOf(begin: number, end: number, is: (at: number) => boolean): number {
  while (begin < end) {
    const middle = (begin + end) >>> 1;
    if (is(middle)) end = middle;
    else begin = middle + 1;
  }
  return begin;
}

export class FlameTree {
  readonly root: FlameNode;
  private readonly order: Int32Array;
  private readonly values: Float64Array;    // by position of the site; nothing below zero is drawn
  // Of all sites before a place in the order.
  private readonly valuesBefore: Float64Array;
  private readonly slopesBefore: Float64Array;

  // `inverted`: from the allocating function outwards instead of from the outermost caller inwards.
  constructor(private readonly stacks: FlameStacks, value: (site: Site) => number, title: string, private readonly inverted: boolean) {
    const { sites, slopes } = stacks;
    this.order = stacks.order(inverted);
    this.values = new Float64Array(sites.length);
    this.valuesBefore = new Float64Array(sites.length + 1);
    this.slopesBefore = new Float64Array(sites.length + 1);
    for (let at = 0; at < sites.length; ++at) {
      const site = this.order[at] as number;
      const amount = Math.max(0, value(sites[site] as Site));
      this.values[site] = amount;
      this.valuesBefore[at + 1] = (this.valuesBefore[at] as number) + amount;
      this.slopesBefore[at + 1] = (this.slopesBefore[at] as number) + (amount > 0 ? slopes[site] as number : 0);
    }
    this.root = this.node(-1, title, -1, null, 0, 0, sites.length);
  }

  // The sites whose stacks go through `node`, largest first.
  sitesOf(node: FlameNode): Site[] {
    const { begin, end } = node as Node;
    const found = this.order.subarray(begin, end).filter((site) => (this.values[site] as number) > 0);
    found.sort((a, b) => (this.values[b] as number) - (this.values[a] as number) || a - b);
    return Array.from(found, (site) => this.stacks.sites[site] as Site);
  }

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
    const { begin, names, numbers } = this.stacks;
    const matches = Uint8Array.from(names, (name) => Number(match(name)));
    let sum = 0;
    for (let site = 0; site < this.values.length; ++site) {
      if (this.values[site] === 0) continue;
      const end = begin[site + 1] as number;
      let at = begin[site] as number;
      while (at < end && matches[numbers[at] as number] === 0) ++at;
      if (at < end) sum += this.values[site] as number;
    }
    return sum;
  }

  grow(node: Node): Node[] {
    const { frames, names, numbers } = this.stacks;
    const children: Node[] = [];
    for (let begin = node.deeper; begin < node.end;) {
      const at = this.place(begin, node.depth);
      const id = numbers[at] as number;
      const end = firstOf(begin + 1, node.end, (next) => numbers[this.place(next, node.depth)] !== id);
      const child = this.node(id, names[id] as string, frames[at] as number, node, node.depth + 1, begin, end);
      if (child.value > 0) children.push(child);
      begin = end;
    }
    return children.sort((a, b) => b.value - a.value);
  }

  private place(at: number, depth: number): number {
    return this.stacks.place(this.order[at] as number, depth, this.inverted);
  }

  private node(id: number, name: string, frame: number, parent: Node | null, depth: number, begin: number, end: number): Node {
    const deeper = firstOf(begin, end, (at) => this.place(at, depth) >= 0);
    const node = new Node(this, id, name, frame, parent, depth, begin, deeper, end);
    const sum = (sums: Float64Array, to: number) => (sums[to] as number) - (sums[begin] as number);
    node.value = sum(this.valuesBefore, end);
    node.itself = sum(this.valuesBefore, deeper);
    node.slope = sum(this.slopesBefore, end);
    return node;
  }
}
