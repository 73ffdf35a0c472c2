// From the columns of the page's data (analyzer/render/json_page.h) to the report that the views read. Figures become
// members of each site; what is long and rarely looked at, stacks and courses, stays in typed arrays.
import type { Process, Report, Site, Snapshot, SnapshotSites } from './model';

interface SomeColumn { at: number[]; value: unknown[] }

interface SiteColumns {
  count: number;
  paths: { up: number[]; frame: number[] };
  path: number[];
  values: Record<string, unknown[]>;
  live_bytes_over_time?: { unit: number[]; steps: number[] };
  some: Record<string, SomeColumn>;
}

type Packed<Whole> = Omit<Whole, 'sites'> & { site_columns?: SiteColumns; snapshots?: (Omit<Snapshot, 'sites'> & { sites?: SnapshotSites<number[]> })[] };
export type PackedReport = Omit<Report, 'processes'> & { processes: Packed<Process>[] };

// All stacks as one tree: each node names a frame and the node of its caller, which comes before it; -1 for none.
class Paths {
  readonly caller: Int32Array;
  readonly frame: Int32Array;

  constructor({ up, frame }: SiteColumns['paths']) {
    this.frame = Int32Array.from(frame);
    this.caller = new Int32Array(frame.length);
    let depth = 0;
    const way: number[] = [];
    for (let node = 0; node < frame.length; ++node) {
      depth -= up[node] ?? 0;
      this.caller[node] = depth > 0 ? way[depth - 1] as number : -1;
      way[depth++] = node;
    }
  }
}

// `stack` is read from the tree when it is asked for: most are never drawn.
class Row {
  constructor(readonly id: number, private readonly paths: Paths, private readonly end: number) {}

  get stack(): number[] {
    const found: number[] = [];
    for (let node = this.end; node >= 0; node = this.paths.caller[node] as number) found.push(this.paths.frame[node] as number);
    return found;
  }
}

function place(site: Record<string, unknown>, names: string[], value: unknown): void {
  let at = site;
  for (let i = 0; i + 1 < names.length; ++i) at = (at[names[i] as string] ??= {}) as Record<string, unknown>;
  at[names.at(-1) as string] = value;
}

function sumsOf(steps: number[]): number[] {
  let sum = 0;
  return steps.map((step) => (sum += step));
}

function addCourses(sites: Site[], { unit, steps }: { unit: number[]; steps: number[] }): void {
  const length = steps.length / sites.length;
  const values = new Float64Array(steps.length);
  sites.forEach((site, row) => {
    const [begin, end] = [row * length, (row + 1) * length];
    let sum = 0;
    for (let i = begin; i < end; ++i) values[i] = sum += (steps[i] as number) * (unit[row] as number);
    site.live_bytes_over_time = values.subarray(begin, end);
  });
}

function sitesOf(columns: SiteColumns): Site[] {
  const paths = new Paths(columns.paths);
  const rows = columns.path.map((end, id) => new Row(id, paths, end) as unknown as Site & Record<string, unknown>);
  for (const [name, values] of Object.entries(columns.values)) {
    const names = name.split('.');
    if (names.length === 1) rows.forEach((row, i) => (row[name] = values[i]));
    else rows.forEach((row, i) => place(row, names, values[i]));
  }
  for (const [name, { at, value }] of Object.entries(columns.some)) {
    const names = name.split('.');
    sumsOf(at).forEach((site, i) => place(rows[site] as Record<string, unknown>, names, value[i]));
  }
  if (columns.live_bytes_over_time) addCourses(rows, columns.live_bytes_over_time);
  return rows;
}

export function unpack(report: PackedReport): Report {
  for (const process of report.processes) {
    if (process.site_columns) (process as Process).sites = sitesOf(process.site_columns);
    delete process.site_columns;
    for (const { sites } of process.snapshots ?? []) {
      if (sites) sites.site = sumsOf(sites.site);
    }
  }
  return report as unknown as Report;
}
