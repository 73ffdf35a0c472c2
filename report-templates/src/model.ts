// The JSON report, typed as it is written (README of the project, "JSON report"), and the few questions that every
// view asks about it. Optional members are parts that a report may not have: a view shows them or says nothing.

import type { Courses } from './courses';
import type { StackPaths } from './stack_paths';

export type SeverityName = 'good' | 'warning' | 'critical';

export interface Frame {
  id: number;
  function: string;
  file?: string;
  line?: number;
  module?: string;
  address?: number | string;
  inlined?: boolean;
  system?: boolean;
  source?: { first_line: number; lines: string[] };  // around `line`
}

export interface Growth {
  verdict?: string;
  slope_bytes_per_s: number;
  confidence?: number;
}

export interface Site {
  id: number;
  readonly stack: number[];
  blamed?: number | null;
  allocations: number;
  allocated_bytes: number;
  deallocations?: number;
  live_blocks: number;
  live_bytes: number;
  inherited_bytes?: number;
  recorded_live_blocks?: number;  // these three: of a sampled trace
  live_bytes_error?: number;
  allocated_bytes_error?: number;
  peak_blocks?: number;
  peak_bytes: number;
  temporary_allocations: number;
  threads?: number[];           // ids of those that allocated here
  more_threads?: boolean;       // than these
  growth?: Growth | null;
  lost?: Classes;
  lost_bytes: number;           // for sure: nothing points to the blocks, or only such blocks do; 0 without `lost`
  slope: number;                // that of `growth`, 0 without
  retained_lost?: Count;
  types?: TypeCount[];
  retained_by?: Held[];
  path?: RetentionPath;
  live_bytes_over_time?: Float64Array;
}

// The shortest way from a root to the largest reachable block of a site; `offset` is where the step before points from.
export interface PathStep { type: string; size: number; offset: number; site?: number }
export interface RetentionPath { root: string; steps: PathStep[] }

export interface Finding {
  kind: string;
  severity: SeverityName;
  title: string;
  bytes?: number;
  blocks?: number;
  site?: number | null;
  evidence?: Record<string, string>;
  advice?: string;
  pattern?: Pattern;
}

export interface Pattern { kind: string; name: string; confidence: number; evidence: string[] }

export interface PatternPage {
  kind: string;
  name: string;
  summary: string;
  recognised_by: string;
  bad: string;
  good: string;
  advice: string;
  related: string[];
}

export interface Count { blocks: number; bytes: number }

export interface Classes {
  definitely_lost: Count;
  indirectly_lost: Count;
  possibly_lost: Count;
  still_reachable: Count;
}

export interface GraphView extends Classes {
  when: string;
  stop?: string;
  threads_missed?: number;
}

export interface Truth extends GraphView { scanned: boolean; views?: GraphView[] }

export interface CycleBlock { type: string; size: number; site?: number; use_count?: number; weak_count?: number }
export interface CycleEdge { from: number; offset: number; to: number; strong: boolean; cut: boolean }

export interface Cycle {
  id: number;
  instances: number;
  bytes: number;
  block_count: number;
  proven: boolean;
  owned_by_lost: boolean;
  blocks: CycleBlock[];
  edges: CycleEdge[];
  advice: string;
}

// The links within a lost container.
export interface Ring { instances: number; bytes: number; block_count: number; type: string; site?: number }
// Expired objects whose memory weak pointers keep.
export interface WeaklyHeld { type: string; blocks: number; bytes: number; site?: number }
export interface GraphChange { blocks: number; bytes: number; retained_by: Held[]; site?: number }
export interface GraphDelta { from: string; to: string; appeared: GraphChange[] }

export interface TypeCount { name: string; blocks: number; bytes: number; lost_blocks: number; lost_bytes: number }
export interface Held { root: string; kind: string; blocks: number; bytes: number }

// What sites hold at a snapshot, side by side, by site.
export interface SnapshotSites<Numbers = ArrayLike<number>> { site: Numbers; blocks: Numbers; bytes: Numbers }

export interface Snapshot {
  label: string;
  automatic?: boolean;
  time_ns: number;
  heap_bytes: number;
  blocks: number;
  rss_bytes?: number;
  mapped_bytes?: number;
  sites?: SnapshotSites;
}

export interface Timeline {
  time_ns: number[];
  heap_bytes: number[];
  heap_max_bytes?: number[];
  blocks?: number[];
  mapped_bytes?: number[];
  rss_bytes?: number[];
}

export interface MappingSite { stack: number[]; blamed?: number | null; maps: number; mapped_bytes: number; live_bytes: number }

export interface Mappings {
  maps: number;
  unmaps: number;
  live_bytes: number;
  peak_bytes: number;
  brk_bytes?: number;
  sites?: MappingSite[];
}

export interface OpenDescriptor { fd: number; what: string; inherited: boolean; listening?: boolean; function?: string; opened_ns?: number; stack?: number[]; blamed?: number | null }
export interface DescriptorSite { function: string; opened: number; open: number; open_over_time: number[]; stack: number[]; blamed?: number | null }
export interface UnjoinedThread { state: 'alive' | 'finished' | 'unknown'; function: string; name?: string; tid?: number; created_ns: number; stack: number[]; blamed?: number | null }

export interface Resources {
  fds?: { opened: number; closed: number; most_open: number; open: number; verified: boolean; unseen_opens: number; unseen_closes: number };
  open_fds?: OpenDescriptor[];
  fd_sites?: DescriptorSite[];
  threads?: { created: number; joined: number; detached: number; unjoined: number };
  unjoined_threads?: UnjoinedThread[];
}

export interface Totals {
  events?: number;
  allocations: number;
  deallocations: number;
  allocated_bytes: number;
  live_blocks: number;
  live_bytes: number;
  peak_bytes: number;
  peak_blocks?: number;
  peak_time_ns: number;
  temporary_allocations: number;
  failed_allocations?: number;
  recorded_live_blocks?: number;
  live_bytes_error?: number;
  allocated_bytes_error?: number;
}

export interface Diagnostics {
  dropped_events?: number;
  torn_frames?: number;
  skipped_bytes?: number;
  first_damage_offset?: number | null;
  unknown_records?: number;
  unknown_frees?: number;
  double_allocations?: number;
  truncated?: boolean;
  recovered_from_journal?: boolean;
  recovered_events?: number;
  warnings?: string[];
}

export interface ModuleEpoch {
  map_start?: number | string;
  map_end?: number | string;
  from_ns?: number;
  to_ns?: number | null;
}

export interface ModuleInfo { path: string; build_id?: string; epochs?: ModuleEpoch[] }
export interface ThreadInfo { tid: number; name?: string; allocations?: number; allocated_bytes?: number }
export interface SizeClass { min_bytes: number; allocations: number; allocated_bytes: number }
// Freed blocks that lived for `min_ns` or longer, and less than twice that.
export interface LifetimeClass { min_ns: number; blocks: number; bytes: number }
export interface Spike { begin_ns: number; top_ns: number; end_ns?: number; from_bytes: number; top_bytes: number }
export interface NamedCount { name: string; count: number }

export interface Process {
  trace?: string;
  exe: string;
  argv?: string[];
  pid: number;
  parent_pid?: number;
  parent?: number;            // position in `processes`
  forked_from?: string;
  fork_time_ns?: number;
  start_time_unix_ns?: number;
  duration_ns?: number;
  allocator?: string;
  end?: { kind: string; code?: number };
  totals: Totals;
  mappings?: Mappings;
  resources?: Resources;
  truth?: Truth;
  cycles?: Cycle[];
  structural_cycles?: Ring[];
  weakly_held?: WeaklyHeld[];
  graph_delta?: GraphDelta;
  types?: TypeCount[];
  retained?: Held[];
  severity?: SeverityName;
  verdict?: string;
  findings?: Finding[];
  sites?: Site[];
  paths?: StackPaths;           // these two: of `sites`, by position
  courses?: Courses;
  sites_total?: number;
  top?: { growth?: number[] };
  bucket_end_ns?: number[];
  timeline?: Timeline;
  snapshots?: Snapshot[];
  modules?: ModuleInfo[];
  threads?: ThreadInfo[];
  allocations_by_function?: NamedCount[];
  deallocations_by_function?: NamedCount[];
  size_classes?: SizeClass[];
  lifetimes?: LifetimeClass[];
  lifetime_resolution_ns?: number;
  spikes?: Spike[];
  diagnostics?: Diagnostics;
}

export interface Report {
  schema_version: number;
  tool?: { name?: string; version?: string };
  patterns?: PatternPage[];
  processes: Process[];
  frames: Frame[];
}

// The newest schema this page understands; a greater major number means other field meanings.
export const SCHEMA_VERSION = 1;

// Sites by id; a report usually numbers them by position, which makes this an array look-up.
export function siteById(process: Process, id: number): Site | undefined {
  const sites = process.sites ?? [];
  return sites[id]?.id === id ? sites[id] : sites.find((site) => site.id === id);
}

export function isAllZero(values: number[] | undefined): boolean {
  return !values || values.every((value) => value === 0);
}
