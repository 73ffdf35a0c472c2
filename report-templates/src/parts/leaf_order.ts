// Stacks in the order of their functions from the leaf on, an ended stack before those that go on: what has the same inner
// part lies side by side, so that of the tree from the allocations outwards every node is a range of this order.
import type { FlameStacks } from './flame_stacks';

export class LeafOrder {
  readonly order: Int32Array;    // positions of sites
  readonly common: Int32Array;   // of each in this order: how many functions it has in common with the one before
  readonly depth: Int32Array;    // of each in this order: how many functions it has

  constructor(stacks: FlameStacks) {
    const { caller, end } = stacks;
    this.order = sorted(stacks);
    const depths = new Int32Array(stacks.count);
    for (let node = 1; node < depths.length; ++node) depths[node] = (depths[caller[node] as number] as number) + 1;
    this.depth = this.order.map((site) => depths[end[site] as number] as number);
    this.common = this.order.map((site, i) => (i === 0 ? 0 : shared(stacks, end[this.order[i - 1] as number] as number, end[site] as number)));
  }
}

function shared({ caller, number }: FlameStacks, a: number, b: number): number {
  let same = 0;
  while (a > 0 && b > 0 && number[a] === number[b]) {
    ++same;
    a = caller[a] as number;
    b = caller[b] as number;
  }
  return same;
}

// Multikey quicksort: one comparison looks at one function, and a part that agrees in it goes on with the next.
function sorted({ caller, number, end }: FlameStacks): Int32Array {
  const order = end.map((_, site) => site);
  const at = end.slice();  // of each: where its stack is read now; 0 when it has ended
  const swap = (i: number, j: number) => {
    const [site, node] = [order[i] as number, at[i] as number];
    order[i] = order[j] as number;
    at[i] = at[j] as number;
    order[j] = site;
    at[j] = node;
  };
  const pending = [0, order.length];
  while (pending.length > 0) {
    const high = pending.pop() as number;
    const low = pending.pop() as number;
    if (high - low < 2) continue;
    const pivot = number[at[(low + high) >> 1] as number] as number;
    let [less, i, more] = [low, low, high];
    while (i < more) {
      const name = number[at[i] as number] as number;
      if (name < pivot) swap(less++, i++);
      else if (name > pivot) swap(i, --more);
      else ++i;
    }
    pending.push(low, less, more, high);
    if (pivot < 0) continue;  // all of these have ended
    for (let same = less; same < more; ++same) at[same] = caller[at[same] as number] as number;
    pending.push(less, more);
  }
  return order;
}
