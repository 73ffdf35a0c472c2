// Allocation sites, or groups of what they have in common, as the rows of a list. A row has the figures of a site, so that
// one table shows both alike; it is made when it is shown.
import type { Context } from '../context';
import type { Process, Site } from '../model';
import { columnOf, type Figure, pick, SUMMED, sumAt } from './columns';
import { courseOf } from './course';
import type { Items } from './order';
import { type Common, commonsOf } from './site_groups';

export interface SiteRow {
  readonly sum: Site;              // of the group; the site itself when there is no grouping
  readonly positions: Int32Array;  // of its sites
  readonly name: string;           // of the group, empty for a single site
  readonly place: string;
}

export interface SiteRows extends Items<SiteRow> {
  // What the sites of each row have together, of a figure that is given by position of the site.
  totals(all: Float64Array): Float64Array;
}

// The figures of several sites as those of one. Courses are long and few are drawn: added up when asked for.
export function totalOf(process: Process, positions: Int32Array): Site {
  const { sites = [] } = process;
  const first = sites[positions[0] ?? -1];
  const sums = Object.fromEntries(SUMMED.map((figure) => [figure, sumAt(columnOf(process, figure), positions)])) as Record<Figure, number>;
  let course: Float64Array | undefined;
  return {
    id: first?.id ?? 0, ...sums,
    get stack() { return first?.stack ?? []; },
    get growth() { return positions.some((at) => sites[at]?.growth) ? { slope_bytes_per_s: sums.slope } : null; },
    get live_bytes_over_time() { return course ??= courseOf(process, positions) ?? new Float64Array(); },
  };
}

class Singles implements SiteRows {
  constructor(private readonly process: Process, private readonly positions: Int32Array) {}

  get length(): number {
    return this.positions.length;
  }

  at(index: number): SiteRow | undefined {
    const sum = this.process.sites?.[this.positions[index] ?? -1];
    return sum && { sum, positions: this.positions.subarray(index, index + 1), name: '', place: '' };
  }

  totals(all: Float64Array): Float64Array {
    return pick(all, this.positions);
  }
}

class Groups implements SiteRows {
  private readonly slot: Int32Array;     // of each position
  private readonly common: Common[] = [];
  private readonly begin: Int32Array;    // of each group in `members`
  private readonly members: Int32Array;
  private readonly made: SiteRow[] = [];

  // Groups come in the order of their first sites.
  constructor(private readonly context: Context, private readonly positions: Int32Array, by: string) {
    const { names, of } = commonsOf(context, by);
    const slots = new Int32Array(names.length).fill(-1);
    this.slot = new Int32Array(positions.length);
    for (let i = 0; i < positions.length; ++i) {
      const number = of[positions[i] as number] as number;
      if (slots[number] === -1) slots[number] = this.common.push(names[number] as Common) - 1;
      this.slot[i] = slots[number] as number;
    }
    this.begin = new Int32Array(this.common.length + 1);
    for (const slot of this.slot) ++this.begin[slot + 1]!;
    for (let i = 1; i < this.begin.length; ++i) this.begin[i]! += this.begin[i - 1] as number;
    const next = this.begin.slice();
    this.members = new Int32Array(positions.length);
    for (let i = 0; i < positions.length; ++i) this.members[next[this.slot[i] as number]!++] = positions[i] as number;
  }

  get length(): number {
    return this.common.length;
  }

  at(index: number): SiteRow | undefined {
    const common = this.common[index];
    return common && (this.made[index] ??= this.make(index, common));
  }

  totals(all: Float64Array): Float64Array {
    const sums = new Float64Array(this.length);
    for (let i = 0; i < this.slot.length; ++i) sums[this.slot[i] as number]! += all[this.positions[i] as number] as number;
    return sums;
  }

  private make(index: number, { name, place }: Common): SiteRow {
    const positions = this.members.subarray(this.begin[index], this.begin[index + 1]);
    return { sum: totalOf(this.context.process, positions), positions, name, place };
  }
}

export function rowsOf(context: Context, positions: Int32Array, by: string): SiteRows {
  return by === 'stack' ? new Singles(context.process, positions) : new Groups(context, positions, by);
}
