// Stacks merged into a tree, from the outermost callers on or from the allocations outwards. A node finds its children
// when they are asked for: of a large tree only a small part is ever drawn.
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

  protected constructor(protected readonly stacks: FlameStacks, value: (site: Site) => number) {
    const { sites } = stacks;
    this.amounts = new Float64Array(sites.length);
    for (let site = 0; site < sites.length; ++site) this.amounts[site] = Math.max(0, value(sites[site] as Site));
  }

  // `inverted`: from the allocating function outwards instead of from the outermost caller inwards.
  static of(stacks: FlameStacks, value: (site: Site) => number, title: string, inverted: boolean): FlameTree {
    return inverted ? new InnerTree(stacks, value, title) : new OuterTree(stacks, value, title);
  }

  // The sites whose stacks go through `node`, in no order.
  abstract sitesOf(node: FlameNode): Site[];
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

  constructor(stacks: FlameStacks, value: (site: Site) => number, title: string) {
    super(stacks, value);
    const { count, caller, end, sites } = stacks;
    const [values, slopes] = [new Float64Array(count), new Float64Array(count)];
    for (let site = 0; site < sites.length; ++site) {
      const amount = this.amounts[site] as number;
      if (amount === 0) continue;
      values[end[site] as number]! += amount;
      slopes[end[site] as number]! += (sites[site] as Site).slope;
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

  sitesOf(node: FlameNode): Site[] {
    const { count, caller, end, sites } = this.stacks;
    const { place } = node as Node;
    const inside = new Uint8Array(count);
    inside[place] = 1;
    for (let at = place + 1; at < count; ++at) inside[at] = inside[caller[at] as number] as number;
    return sites.filter((_, site) => inside[end[site] as number] === 1 && (this.amounts[site] as number) > 0);
  }

  private node(place: number, parent: Node | null, title = ''): Node {
    const { names, number, frame } = this.stacks;
    const id = number[place] as number;
    return new Node(this, id, names[id] ?? title, frame[place] as number, parent, parent ? parent.depth + 1 : 0,
      this.values[place] as number, this.own[place] as number, this.slopes[place] as number, place);
  }
}

// From the allocations outwards: a node is a part of the sites, each with the place that its stack is read to. A part is
// sorted by the next caller when its children are asked for.
class InnerTree extends FlameTree {
  readonly root: Node;
  private readonly order: Int32Array;   // sites
  private readonly at: Int32Array;      // of each of them: the next node of its stack, 0 when it has ended
  private readonly members: Int32Array; // of each name, for the part at hand: how many, then where they go

  constructor(stacks: FlameStacks, value: (site: Site) => number, title: string) {
    super(stacks, value);
    const order = new Int32Array(stacks.sites.length);
    let length = 0;
    for (let site = 0; site < order.length; ++site) {
      if ((this.amounts[site] as number) > 0) order[length++] = site;
    }
    this.order = order.subarray(0, length);
    this.at = this.order.map((site) => stacks.end[site] as number);
    this.members = new Int32Array(stacks.names.length);
    this.root = this.node(-1, title, -1, null, 0, this.order.length);
  }

  grow(node: Node): Node[] {
    const { names, number, frame, caller } = this.stacks;
    const { members, at, order } = this;
    const parts: number[] = [];
    for (let i = node.begin; i < node.end; ++i) {
      const name = number[at[i] as number] as number;
      if (name >= 0 && members[name]!++ === 0) parts.push(name);
    }
    const begins: number[] = [];
    let next = node.begin;
    for (const name of parts) {
      begins.push(next);
      const count = members[name] as number;
      members[name] = next;
      next += count;
    }
    const [sites, places] = [order.slice(node.begin, node.end), at.slice(node.begin, node.end)];
    const frames: number[] = [];
    for (let i = 0; i < sites.length; ++i) {
      const place = places[i] as number;
      const name = number[place] as number;
      const to = name < 0 ? next++ : members[name]!++;  // ended stacks come last, and are in no child
      order[to] = sites[i] as number;
      at[to] = name < 0 ? 0 : caller[place] as number;
      if (name >= 0) frames[name] ??= frame[place] as number;
    }
    return parts.map((name, i) => {
      const end = members[name] as number;
      members[name] = 0;
      return this.node(name, names[name] as string, frames[name] as number, node, begins[i] as number, end);
    });
  }

  sitesOf(node: FlameNode): Site[] {
    const { begin, end } = node as Node;
    return Array.from(this.order.subarray(begin, end), (site) => this.stacks.sites[site] as Site);
  }

  private node(id: number, name: string, frame: number, parent: Node | null, begin: number, end: number): Node {
    let [value, itself, slope] = [0, 0, 0];
    for (let i = begin; i < end; ++i) {
      const site = this.order[i] as number;
      const amount = this.amounts[site] as number;
      value += amount;
      if (this.at[i] === 0) itself += amount;
      slope += (this.stacks.sites[site] as Site).slope;
    }
    return new Node(this, id, name, frame, parent, parent ? parent.depth + 1 : 0, value, itself, slope, 0, begin, end);
  }
}
