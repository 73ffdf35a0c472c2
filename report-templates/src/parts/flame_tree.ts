// Stacks merged into a tree: one pass over the sites, functions merged by name and module.
import type { FrameTable, Site } from '../model';

export interface FlameNode {
  name: string;
  frame: number;        // one of the frames that were merged here, -1 for the root
  tone: number;         // colour class; -1 for system frames
  value: number;
  parent: FlameNode | null;
  depth: number;
  children: FlameNode[];  // in order of childrenOf
}

const TONES = 8;

function toneOf(text: string): number {
  let hash = 7;
  for (let i = 0; i < text.length; ++i) hash = (hash * 31 + text.charCodeAt(i)) | 0;
  return Math.abs(hash) % TONES;
}

interface Growing extends FlameNode {
  id: number;                      // of the name: what stacks are merged by
  children: Growing[];
  byName: Map<number, Growing> | null;
  sorted: boolean;
}

// A node of a large tree has few children as a rule: looking through them beats a table for each.
const FEW = 8;

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

// `inverted`: from the allocating function outwards instead of from the outermost caller inwards.
export function mergeStacks(frames: FrameTable, sites: Site[], value: (site: Site) => number, root: string,
                            options: { inverted: boolean; skipSystem: boolean }): FlameNode {
  const names = new Map<string, number>();
  const nameOf = new Map<number, number>();
  const grow = (id: number, name: string, frame: number, tone: number, parent: Growing | null): Growing =>
    ({ id, name, frame, tone, value: 0, parent, depth: parent ? parent.depth + 1 : 0, children: [], byName: null, sorted: false });
  const toneOfFrame = new Map<number, number>();
  const top = grow(-1, root, -1, -1, null);
  for (const site of sites) {
    const amount = value(site);
    if (amount <= 0) continue;
    top.value += amount;
    let node = top;
    const length = site.stack.length;
    for (let i = 0; i < length; ++i) {
      const id = site.stack[options.inverted ? i : length - 1 - i] as number;
      let name = nameOf.get(id);
      if (name === undefined) {
        const frame = frames.get(id);
        const key = `${frame.function}\n${frame.module ?? ''}`;
        name = options.skipSystem && frame.system ? -1 : names.get(key) ?? names.set(key, names.size).size - 1;
        nameOf.set(id, name);
        toneOfFrame.set(id, frame.system ? -1 : toneOf(frame.file || frame.module || frame.function));
      }
      if (name < 0) continue;
      let child = childNamed(node, name);
      if (!child) {
        child = grow(name, frames.get(id).function, id, toneOfFrame.get(id) ?? -1, node);
        node.byName?.set(name, child);
        node.children.push(child);
      }
      child.value += amount;
      node = child;
    }
  }
  return top;
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
