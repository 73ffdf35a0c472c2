// Stacks merged into a tree. A node knows the sites below it and finds its children when they are asked for: of a large
// tree only a small part is ever drawn.
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
  filled = 0;
  children: Node[] | null = null;

  // `sites`: positions of those whose stacks go through here, in their order.
  constructor(readonly id: number, readonly name: string, readonly frame: number, readonly parent: Node | null, readonly depth: number,
              readonly tree: FlameTree, public sites: Int32Array) {}
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

export class FlameTree {
  readonly root: FlameNode;
  private readonly values: Float64Array;    // by position of the site
  private readonly count: Int32Array;       // scratch of grow(), by number of the name: how many sites
  private readonly child: Node[] = [];      // likewise: which child

  // `inverted`: from the allocating function outwards instead of from the outermost caller inwards.
  constructor(private readonly stacks: FlameStacks, value: (site: Site) => number, title: string, private readonly inverted: boolean) {
    const all = stacks.sites;
    this.values = new Float64Array(all.length);
    this.count = new Int32Array(stacks.names.length);
    const counted = new Int32Array(all.length);
    let length = 0;
    for (let site = 0; site < all.length; ++site) {
      const amount = this.values[site] = value(all[site] as Site);
      if (amount > 0) counted[length++] = site;
    }
    const root = new Node(-1, title, -1, null, 0, this, counted.subarray(0, length));
    for (let i = 0; i < length; ++i) this.account(root, counted[i] as number);
    this.root = root;
  }

  // The sites whose stacks go through `node`, largest first.
  sitesOf(node: FlameNode): Site[] {
    const order = (node as Node).sites.slice().sort((a, b) => (this.values[b] as number) - (this.values[a] as number));
    return Array.from(order, (site) => this.stacks.sites[site] as Site);
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
    const matches = this.stacks.names.map(match);
    const { begin, numbers } = this.stacks;
    const { sites } = this.root as Node;
    let sum = 0;
    for (let i = 0; i < sites.length; ++i) {
      const site = sites[i] as number;
      const end = begin[site + 1] as number;
      let at = begin[site] as number;
      while (at < end && !matches[numbers[at] as number]) ++at;
      if (at < end) sum += this.values[site] as number;
    }
    return sum;
  }

  grow(node: Node): Node[] {
    const { count, child } = this;
    const { frames, names, numbers } = this.stacks;
    const { sites } = node;
    const found: number[] = [];
    for (let i = 0; i < sites.length; ++i) {
      const at = this.place(sites[i] as number, node.depth);
      if (at >= 0 && count[numbers[at] as number]++ === 0) found.push(at);
    }
    const children = found.map((at) => {
      const id = numbers[at] as number;
      const grown = new Node(id, names[id] as string, frames[at] as number, node, node.depth + 1, this, new Int32Array(count[id] as number));
      count[id] = 0;
      return child[id] = grown;
    });
    for (let i = 0; i < sites.length; ++i) {
      const site = sites[i] as number;
      const at = this.place(site, node.depth);
      if (at < 0) continue;
      const to = child[numbers[at] as number] as Node;
      to.sites[to.filled++] = site;
      this.account(to, site);
    }
    return children.sort((a, b) => b.value - a.value);
  }

  // Where in stacks.frames the stack of a site has its frame number `depth`; -1: it is not that long.
  private place(site: number, depth: number): number {
    const begin = this.stacks.begin[site] as number;
    const end = this.stacks.begin[site + 1] as number;
    if (begin + depth >= end) return -1;
    return this.inverted ? end - 1 - depth : begin + depth;
  }

  private account(node: Node, site: number): void {
    const value = this.values[site] as number;
    node.value += value;
    node.slope += this.stacks.slopes[site] as number;
    if (this.place(site, node.depth) < 0) node.itself += value;
  }
}
