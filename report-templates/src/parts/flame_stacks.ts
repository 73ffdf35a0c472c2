// The stacks of a process as the flame graph and the call tree merge them: functions of one name and module are one,
// recursion is collapsed and system frames are left out as asked. One pass over the stacks for each choice of these,
// kept for as long as the page: merging by another figure is then a matter of sums.
import type { FrameTable, Process, Site } from '../model';

export interface StackOptions { skipSystem: boolean; fold: boolean }

// Functions that call each other in rounds longer than this are not recognised as recursion.
const LONGEST_ROUND = 4;

const made = new WeakMap<Process, Map<string, FlameStacks>>();

export class FlameStacks {
  readonly names: string[] = [];            // of functions, by number
  readonly begin: Int32Array;               // of the stack of each site in `frames`, and the end of the last one
  readonly frames: Int32Array;              // outermost first
  readonly numbers: Int32Array;             // of the name of each of `frames`
  readonly slopes: Float64Array;            // growth of each site, bytes per second
  private readonly known = new Map<string, number>();
  private readonly numberOf: number[] = [];  // by frame id; -1: left out

  private constructor(private readonly table: FrameTable, readonly sites: Site[], private readonly options: StackOptions) {
    this.begin = new Int32Array(sites.length + 1);
    this.slopes = new Float64Array(sites.length);
    const frames: number[] = [];
    const numbers: number[] = [];
    let length = 0;  // of both, which keep what collapsed recursion leaves behind until it is overwritten
    sites.forEach((site, i) => {
      const begin = length;
      const { stack } = site;
      for (let at = stack.length - 1; at >= 0; --at) {
        const frame = stack[at] as number;
        const number = this.numberOf[frame] ?? this.nameFrame(frame);
        if (number < 0) continue;
        frames[length] = frame;
        numbers[length++] = number;
        if (options.fold) length -= roundAt(numbers, begin, length);
      }
      this.begin[i + 1] = length;
      this.slopes[i] = site.growth?.slope_bytes_per_s ?? 0;
    });
    this.frames = Int32Array.from(frames.slice(0, length));
    this.numbers = Int32Array.from(numbers.slice(0, length));
  }

  static of(table: FrameTable, process: Process, options: StackOptions): FlameStacks {
    const ready = made.get(process) ?? made.set(process, new Map()).get(process) as Map<string, FlameStacks>;
    const key = JSON.stringify(options);
    return ready.get(key) ?? ready.set(key, new FlameStacks(table, process.sites ?? [], options)).get(key) as FlameStacks;
  }

  // Positions of the sites, ordered by their stacks from the outermost function on, or from the innermost: the sites below
  // any node of the merged tree then stand side by side, those whose stacks end in it first.
  order(inverted: boolean): Int32Array {
    return this.orders[Number(inverted)] ??= this.sortedSites(inverted);
  }

  // Where in `frames` the stack of a site has its frame number `depth`; -1: it is not that long.
  place(site: number, depth: number, inverted: boolean): number {
    const begin = this.begin[site] as number;
    const end = this.begin[site + 1] as number;
    if (begin + depth >= end) return -1;
    return inverted ? end - 1 - depth : begin + depth;
  }

  private readonly orders: Int32Array[] = [];

  private sortedSites(inverted: boolean): Int32Array {
    const order = new Int32Array(this.sites.length);
    for (let site = 0; site < order.length; ++site) order[site] = site;
    const { numbers } = this;
    return order.sort((a, b) => {
      for (let depth = 0; ; ++depth) {
        const left = this.place(a, depth, inverted);
        const right = this.place(b, depth, inverted);
        if (left < 0 || right < 0) return Number(right < 0) - Number(left < 0) || a - b;
        const by = (numbers[left] as number) - (numbers[right] as number);
        if (by !== 0) return by;
      }
    });
  }

  // The number of the name of a frame; nothing when no stack has it.
  nameOf(frame: number): number | undefined {
    return this.numberOf[frame];
  }

  private nameFrame(id: number): number {
    const frame = this.table.get(id);
    const key = `${frame.function}\n${frame.module ?? ''}`;
    let number = this.options.skipSystem && frame.system ? -1 : this.known.get(key);
    if (number === undefined) {
      number = this.names.push(frame.function) - 1;
      this.known.set(key, number);
    }
    this.numberOf[id] = number;
    return number;
  }
}

// How many of the last names repeat those before them.
function roundAt(numbers: number[], begin: number, end: number): number {
  for (let round = 1; round <= LONGEST_ROUND && 2 * round <= end - begin; ++round) {
    let same = 0;
    while (same < round && numbers[end - 1 - same] === numbers[end - 1 - same - round]) ++same;
    if (same === round) return round;
  }
  return 0;
}
