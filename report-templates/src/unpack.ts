// From the columns of the page's data (analyzer/render/json_page.h) to the report that the views read. The columns stay:
// a site is a position in them, and reads a figure when it is asked for it.
import { Courses } from './courses';
import type { Process, Report, Site, Snapshot, SnapshotSites } from './model';
import { StackPaths } from './stack_paths';

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

type Read = (site: number) => unknown;
interface Members { [name: string]: Read | Members }

function sumsOf(steps: number[]): number[] {
  const sums = new Array<number>(steps.length);
  for (let i = 0, sum = 0; i < steps.length; ++i) sums[i] = sum += steps[i] as number;
  return sums;
}

function readSome(count: number, { at, value }: SomeColumn): Read {
  const place = new Int32Array(count).fill(-1);
  for (let i = 0, site = 0; i < at.length; ++i) place[site += at[i] as number] = i;
  return (site) => value[place[site] as number];
}

function readersOf({ count, values, some }: SiteColumns): Map<string, Read> {
  const readers = new Map<string, Read>();
  for (const [name, column] of Object.entries(values)) readers.set(name, (site) => column[site]);
  for (const [name, column] of Object.entries(some)) readers.set(name, readSome(count, column));
  return readers;
}

// "growth.verdict" is the member `verdict` of the member `growth`.
function membersOf(readers: Map<string, Read>): Members {
  const members: Members = {};
  for (const [name, read] of readers) {
    const names = name.split('.');
    let at = members;
    for (const one of names.slice(0, -1)) at = (at[one] ??= {}) as Members;
    at[names.at(-1) as string] = read;
  }
  return members;
}

class At {
  constructor(readonly position: number) {}
}

// A class whose objects read `members` at their position. Members of members are made when asked for.
function classOf(members: Members): typeof At {
  const made = class extends At {};
  for (const [name, member] of Object.entries(members)) {
    if (typeof member === 'function') Object.defineProperty(made.prototype, name, { get(this: At) { return member(this.position); } });
    else {
      const [Inner, first] = [classOf(member), firstOf(member)];
      Object.defineProperty(made.prototype, name, { get(this: At) { return first(this.position) === undefined ? undefined : new Inner(this.position); } });
    }
  }
  return made;
}

// Tells whether a site has the member at all: members of a member come together.
function firstOf(members: Members): Read {
  const [first] = Object.values(members);
  return typeof first === 'function' ? first : firstOf(first as Members);
}

function sitesOf(columns: SiteColumns, paths: StackPaths, courses: Courses | undefined): Site[] {
  const readers = readersOf(columns);
  const number = (name: string) => (readers.get(name) ?? (() => undefined)) as (site: number) => number | undefined;
  const [id, slope] = [number('id'), number('growth.slope_bytes_per_s')];
  const [definite, indirect] = [number('lost.definitely_lost.bytes'), number('lost.indirectly_lost.bytes')];
  const Row = classOf({
    ...membersOf(readers),
    id: (site) => id(site) ?? site,
    stack: (site) => paths.stackOf(site),
    lost_bytes: (site) => (definite(site) ?? 0) + (indirect(site) ?? 0),
    slope: (site) => slope(site) ?? 0,
    ...(courses ? { live_bytes_over_time: (site) => courses.of(site) } : {}),
  });
  return Array.from({ length: columns.count }, (_, site) => new Row(site) as unknown as Site);
}

export function unpack(report: PackedReport): Report {
  for (const packed of report.processes) {
    const { site_columns: columns } = packed;
    const process = packed as Process;
    if (columns) {
      const { live_bytes_over_time: courses, count, path } = columns;
      process.paths = StackPaths.ofWalk(columns.paths, path);
      if (courses && count > 0) process.courses = new Courses(courses.steps.length / count, courses.unit, courses.steps);
      process.sites = sitesOf(columns, process.paths, process.courses);
    }
    delete packed.site_columns;
    for (const { sites } of packed.snapshots ?? []) {
      if (sites) sites.site = sumsOf(sites.site);
    }
  }
  return report as unknown as Report;
}
