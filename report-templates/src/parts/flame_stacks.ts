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
