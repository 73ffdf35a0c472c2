// The live bytes of all sites over the run, one after the other. They are the largest part of the data and few are
// looked at: one is read by itself, and all of them are unpacked when a sum over them is asked for.
export class Courses {
  private flat: Float64Array | undefined;
  private sums: { most: Float64Array; total: Float64Array } | undefined;

  // Of site n: steps[n * length] on, each less the one before it, divided by unit[n].
  constructor(readonly length: number, private readonly unit: number[], private readonly steps: number[]) {}

  of(site: number): Float64Array {
    const from = site * this.length;
    if (this.flat) return this.flat.subarray(from, from + this.length);
    const values = new Float64Array(this.length);
    this.unpack(site, values, 0);
    return values;
  }

  // Row by row, `length` values for each site.
  get all(): Float64Array {
    if (this.flat) return this.flat;
    const values = new Float64Array(this.steps.length);
    for (let site = 0; site < this.unit.length; ++site) this.unpack(site, values, site * this.length);
    return (this.flat = values);
  }

  // The most that each site held, and what all of them held together.
  get figures(): { most: Float64Array; total: Float64Array } {
    if (this.sums) return this.sums;
    const { all, length } = this;
    const [most, total] = [new Float64Array(this.unit.length), new Float64Array(length)];
    for (let site = 0, at = 0; site < most.length; ++site) {
      let highest = 0;
      for (let i = 0; i < length; ++i, ++at) {
        const bytes = all[at] as number;
        if (bytes > highest) highest = bytes;
        total[i] = (total[i] as number) + bytes;
      }
      most[site] = highest;
    }
    return (this.sums = { most, total });
  }

  private unpack(site: number, to: Float64Array, at: number): void {
    const { length, steps } = this;
    const unit = this.unit[site] as number;
    const from = site * length;
    for (let i = 0, sum = 0; i < length; ++i) to[at + i] = sum += (steps[from + i] as number) * unit;
  }
}
