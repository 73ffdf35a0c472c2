// Stacks merged into a tree: one pass over the sites, functions merged by name and module.
import type { FrameTable, Site } from '../model';

export interface TreeOptions {
  inverted: boolean;    // from the allocating function outwards instead of from the outermost caller inwards
  skipSystem: boolean;
  fold: boolean;        // recursion counts as one call
}

export interface FlameNode {
  id: number;           // of the name: what stacks are merged by; -1 for the root
  name: string;
  frame: number;        // one of the frames that were merged here, -1 for the root
  value: number;
  slope: number;        // growth of all sites below, bytes per second
  parent: FlameNode | null;
  depth: number;
  children: FlameNode[];  // in order of childrenOf
}

interface Growing extends FlameNode {
  children: Growing[];
  byName: Map<number, Growing> | null;
  sorted: boolean;
}

// A node of a large tree has few children as a rule: looking through them beats a table for each.
const FEW = 8;
// Functions that call each other in rounds longer than this are not recognised as recursion.
const LONGEST_ROUND = 4;

function childNamed(node: Growing, id: number): Growing | undefined {
  if (node.byName) return node.byName.get(id);
  if (node.children.length <= FEW) return node.children.find((child) => child.id === id);
  node.byName = new Map(node.children.map((child) => [child.id, child]));
  return node.byName.get(id);
}

// Largest first. Sorted when first asked for: of a large tree only a small part is ever drawn.
export function childrenOf(node: FlameNode): FlameNode[] {
  const growing = node as Growing;
  if (!growing.sorted) growing.children.sort((a, b) => b.value - a.value);
  growing.sorted = true;
  return growing.children;
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
  private readonly names = new Map<string, number>();
  private readonly nameOf = new Map<number, number>();  // by frame
  // The stack that walk() went through last: names, and a frame for each.
  private readonly path: number[] = [];
  private readonly pathFrames: number[] = [];

  constructor(private readonly frames: FrameTable, private readonly sites: Site[], private readonly value: (site: Site) => number,
              title: string, private readonly options: TreeOptions) {
    const top = this.node(-1, title, -1, null);
    this.root = top;
    for (const site of sites) {
      const amount = value(site);
      if (amount <= 0) continue;
      const slope = site.growth?.slope_bytes_per_s ?? 0;
      top.value += amount;
      top.slope += slope;
      const length = this.walk(site.stack);
      let node = top;
      for (let i = 0; i < length; ++i) {
        const id = this.path[i] as number;
        let child = childNamed(node, id);
        if (!child) {
          const frame = this.pathFrames[i] as number;
          child = this.node(id, frames.get(frame).function, frame, node);
          node.byName?.set(id, child);
          node.children.push(child);
        }
        child.value += amount;
        child.slope += slope;
        node = child;
      }
    }
  }

  // The sites whose stacks go through `node`, largest first.
  sitesOf(node: FlameNode): Site[] {
    const wanted = [...ancestorsOf(node), node].slice(1).map((one) => one.id);
    const found = this.sites.filter((site) => this.value(site) > 0 && this.walk(site.stack) >= wanted.length && wanted.every((id, i) => this.path[i] === id));
    return found.sort((a, b) => this.value(b) - this.value(a));
  }

  // The node of a path; the root when the tree has no such node (made with other options, or by hand).
  find(path: string): FlameNode {
    let node: FlameNode | undefined = this.root;
    for (const part of path === '' ? [] : path.split('.')) {
      const id = this.nameOf.get(Number(part));
      node = node.children.find((child) => child.id === id);
      if (!node) return this.root;
    }
    return node;
  }

  private node(id: number, name: string, frame: number, parent: Growing | null): Growing {
    return { id, name, frame, value: 0, slope: 0, parent, depth: parent ? parent.depth + 1 : 0, children: [], byName: null, sorted: false };
  }

  // Fills `path` with the names of a stack in the order of the tree and returns how many there are.
  private walk(stack: number[]): number {
    let length = 0;
    for (let i = 0; i < stack.length; ++i) {
      const frame = stack[this.options.inverted ? i : stack.length - 1 - i] as number;
      const name = this.nameOf.get(frame) ?? this.nameFrame(frame);
      if (name < 0) continue;
      this.path[length] = name;
      this.pathFrames[length] = frame;
      ++length;
      if (this.options.fold) length -= this.roundAt(length);
    }
    return length;
  }

  // How many of the last names repeat those before them.
  private roundAt(length: number): number {
    for (let round = 1; round <= LONGEST_ROUND && 2 * round <= length; ++round) {
      let same = 0;
      while (same < round && this.path[length - 1 - same] === this.path[length - 1 - same - round]) ++same;
      if (same === round) return round;
    }
    return 0;
  }

  private nameFrame(id: number): number {
    const frame = this.frames.get(id);
    const key = `${frame.function}\n${frame.module ?? ''}`;
    const name = this.options.skipSystem && frame.system ? -1 : this.names.get(key) ?? this.names.set(key, this.names.size).size - 1;
    this.nameOf.set(id, name);
    return name;
  }
}

// What the matching functions answer for: a match inside a match counts once.
export function matched(root: FlameNode, match: (node: FlameNode) => boolean): number {
  let sum = 0;
  const pending = [...root.children];
  for (let node = pending.pop(); node; node = pending.pop()) {
    if (match(node)) sum += node.value;
    else pending.push(...node.children);
  }
  return sum;
}
