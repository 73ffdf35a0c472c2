// The stacks of a process as the flame graph and the call tree merge them: functions of one name and module are one,
// recursion is collapsed and system frames are left out as asked. One walk through the stacks for each choice of these,
// kept for as long as the page: merging by another figure is then a matter of sums.
import { functionOf, type FrameTable } from '../frames';
import type { Process } from '../model';
import { StackPaths } from '../stack_paths';
import { columnOf } from './columns';
import { LeafOrder } from './leaf_order';

export interface StackOptions { skipSystem: boolean; fold: boolean }

// Functions that call each other in rounds longer than this are not recognised as recursion.
const LONGEST_ROUND = 4;

const made = new WeakMap<Process, Map<string, FlameStacks>>();

export class FlameStacks {
  readonly names: string[] = [];             // of functions, by number
  readonly end: Int32Array;                  // of each site: the node that its stack ends in
  // Nodes: 0 is the root, callers come before what they call.
  readonly count: number;
  readonly caller: Int32Array;
  readonly number: Int32Array;               // of the name
  readonly frame: Int32Array;                // one of those that were merged
  private readonly known = new Map<string, number>();
  private readonly numberOf: number[] = [];  // by frame id; -1: left out

  private constructor(private readonly table: FrameTable, readonly process: Process, private readonly options: StackOptions) {
    const paths = process.paths ?? StackPaths.ofStacks((process.sites ?? []).map((site) => site.stack));
    const nodes = new NodeTable(paths.frame.length, options.fold);
    const merged = new Int32Array(paths.frame.length);
    for (let node = 0; node < merged.length; ++node) {
      const frame = paths.frame[node] as number;
      const caller = paths.caller[node] as number;
      const from = caller < 0 ? 0 : merged[caller] as number;
      const number = this.numberOf[frame] ?? this.nameFrame(frame);
      merged[node] = number < 0 ? from : nodes.below(from, number, frame);
    }
    this.end = paths.end.map((node) => (node < 0 ? 0 : merged[node] as number));
    this.count = nodes.count;
    [this.caller, this.number, this.frame] = [nodes.caller, nodes.number, nodes.frame];
  }

  static of(table: FrameTable, process: Process, options: StackOptions): FlameStacks {
    const ready = made.get(process) ?? made.set(process, new Map()).get(process) as Map<string, FlameStacks>;
    const key = JSON.stringify(options);
    return ready.get(key) ?? ready.set(key, new FlameStacks(table, process, options)).get(key) as FlameStacks;
  }

  // Growth of each site.
  get slopes(): Float64Array {
    return columnOf(this.process, 'slope');
  }

  get fromLeaf(): LeafOrder {
    return this.leaves ??= new LeafOrder(this);
  }

  private leaves: LeafOrder | undefined;

  // What each node calls: calledBegin[n] to calledBegin[n + 1] in `called`.
  get calls(): { calledBegin: Int32Array; called: Int32Array } {
    return this.lists ??= this.listCalls();
  }

  private lists: { calledBegin: Int32Array; called: Int32Array } | undefined;

  private listCalls(): { calledBegin: Int32Array; called: Int32Array } {
    const calledBegin = new Int32Array(this.count + 2);
    for (let node = 1; node < this.count; ++node) ++calledBegin[(this.caller[node] as number) + 2]!;
    for (let node = 2; node < calledBegin.length; ++node) calledBegin[node] = (calledBegin[node] as number) + (calledBegin[node - 1] as number);
    const called = new Int32Array(this.count);
    for (let node = 1; node < this.count; ++node) called[calledBegin[(this.caller[node] as number) + 1]!++] = node;
    return { calledBegin, called };
  }

  // The number of the name of a frame; nothing when no stack has it.
  nameOf(frame: number): number | undefined {
    return this.numberOf[frame];
  }

  private nameFrame(id: number): number {
    const frame = this.table.get(id);
    const name = functionOf(frame);
    const key = `${name}\n${frame.module ?? ''}`;
    let number = this.options.skipSystem && frame.system ? -1 : this.known.get(key);
    if (number === undefined) {
      number = this.names.push(name) - 1;
      this.known.set(key, number);
    }
    this.numberOf[id] = number;
    return number;
  }
}

// Nodes by their caller and name, in an open table: there are as many as there are stacks, and many more.
class NodeTable {
  count = 1;
  readonly caller: Int32Array;
  readonly number: Int32Array;
  readonly frame: Int32Array;
  private readonly target: Int32Array;   // where a stack is after the node: elsewhere when it ends a round
  private readonly slots: Int32Array;    // 0: free
  private readonly mask: number;

  constructor(most: number, private readonly fold: boolean) {
    const column = () => new Int32Array(most + 1).fill(-1, 0, 1);
    [this.caller, this.number, this.frame, this.target] = [column(), column(), column(), column()];
    this.slots = new Int32Array(2 ** Math.ceil(Math.log2(2 * most + 2)));
    this.mask = this.slots.length - 1;
  }

  below(caller: number, number: number, frame: number): number {
    let slot = (Math.imul(caller, 0x9e3779b1) ^ Math.imul(number, 0x85ebca6b)) >>> 0;
    for (slot = (slot ^ (slot >>> 15)) & this.mask; ; slot = (slot + 1) & this.mask) {
      const node = this.slots[slot] as number;
      if (node === 0) break;
      if (this.caller[node] === caller && this.number[node] === number) return this.target[node] as number;
    }
    const node = this.count++;
    this.slots[slot] = node;
    this.caller[node] = caller;
    this.number[node] = number;
    this.frame[node] = frame;
    return (this.target[node] = this.fold ? this.folded(node) : node);
  }

  // Without the last names, when they repeat those before them.
  private folded(last: number): number {
    for (let round = 1, before = this.caller[last] as number; round <= LONGEST_ROUND && before > 0; ++round, before = this.caller[before] as number) {
      let same = 0;
      let left = last;
      let right = before;
      while (same < round && right > 0 && this.number[left] === this.number[right]) {
        left = this.caller[left] as number;
        right = this.caller[right] as number;
        ++same;
      }
      if (same === round) return before;
    }
    return last;
  }
}
