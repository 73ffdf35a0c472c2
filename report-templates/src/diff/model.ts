// The JSON of `leakscan diff`, typed as analyzer/render/json_diff.cpp writes it.
export interface Figures {
  live_blocks: number;
  live_bytes: number;
  lost_blocks: number;
  lost_bytes: number;
  peak_bytes: number;
  allocations: number;
  allocated_bytes: number;
}

export interface Side { traces: string[]; program: string; processes: number; scanned: boolean; duration_ns: number; work: number; totals: Figures }
export type Verdict = 'new_leak' | 'grown_leak' | 'fixed_leak' | 'more' | 'less' | 'same';

// `change` is after less before; of a comparison by work each is divided by its side's work first.
export interface DiffSite { verdict: Verdict; place: string; fingerprint: string; frames: string[]; before: Figures; after: Figures; change: Figures }
export interface DiffType { name: string; before: { blocks: number; bytes: number }; after: { blocks: number; bytes: number }; change_bytes: number }

export interface DiffReport {
  schema_version: number;
  tool?: { name?: string; version?: string };
  verdict: string;
  before: Side;
  after: Side;
  change: Figures;
  per?: string;
  sites: DiffSite[];
  same_sites: number;
  types: DiffType[];
}

export const isDiff = (report: object): report is DiffReport => 'before' in report && 'after' in report;

export const VERDICTS: Record<Verdict, { text: string; severity?: 'good' | 'warning' | 'critical' }> = {
  new_leak: { text: 'new leak', severity: 'critical' }, grown_leak: { text: 'leaks more', severity: 'warning' }, fixed_leak: { text: 'fixed', severity: 'good' },
  more: { text: 'more' }, less: { text: 'less' }, same: { text: 'same' },
};
