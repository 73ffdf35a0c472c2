// What the timeline draws: lines or bands, the wording of its axes, the marks of snapshots.
import type uPlot from 'uplot';
import type { Context } from '../context';
import * as format from '../format';
import { isAllZero } from '../model';
import { cssColor } from '../theme';
import { positionsOf, positive } from './columns';
import { highest } from './course';
import { numbersOf, Ranking } from './order';
import { spikeEnd } from './spikes';
import { groupingsOf } from './site_groups';
import { rowsOf, type SiteRow } from './site_rows';

const BANDS = 7;

export interface Line {
  label: string;
  color: string;
  values: number[];
  blocks?: boolean;
  dash?: number[];
  fill?: string;        // colour name
  hidden?: boolean;
}

// What is drawn over which moments. Stacked lines carry their own values: they are drawn on top of each other.
export interface Drawing { timesNs: number[]; lines: Line[]; stacked: boolean }


export const BINARY_STEPS = Array.from({ length: 60 }, (_, power) => 2 ** power);
export const TIME_STEPS = [1e-6, 1e-5, 1e-4, 1e-3, 2e-3, 5e-3, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200, 86400, 172800, 604800];

function linesOf({ process: { timeline } }: Context): Line[] {
  if (!timeline) return [];
  const found: Line[] = [{ label: 'Heap', color: '--series-heap', values: timeline.heap_bytes, fill: '--series-heap-fill' }];
  if (timeline.heap_max_bytes?.some((value, i) => value > (timeline.heap_bytes[i] ?? 0) * 1.02)) {
    found.push({ label: 'Heap, highest between points', color: '--series-max', values: timeline.heap_max_bytes, dash: [2, 3], hidden: true });
  }
  if (!isAllZero(timeline.rss_bytes)) found.push({ label: 'RSS', color: '--series-rss', values: timeline.rss_bytes ?? [] });
  if (!isAllZero(timeline.mapped_bytes)) found.push({ label: 'Mapped', color: '--series-mapped', values: timeline.mapped_bytes ?? [] });
  if (timeline.blocks) found.push({ label: 'Blocks', color: '--series-blocks', values: timeline.blocks, blocks: true, dash: [5, 4] });
  return found;
}

// The heap by who allocated it, largest first; what is left is one band more.
function bandsOf(context: Context, by: string): Line[] {
  const { courses } = context.process;
  if (!courses) return [];
  const rows = rowsOf(context, positionsOf(context.process), by);
  const heights = by === 'stack' ? courses.figures.most : numbersOf(rows, ({ sum }) => highest(sum.live_bytes_over_time));
  const shown = positive(heights).length;
  const largest = new Ranking(rows, heights).slice(0, Math.min(BANDS, shown));
  const name = (row: SiteRow) => row.name || (context.frames.blamed(row.sum)?.function ?? '(no stack recorded)');
  const band = (label: string, values: number[], i: number): Line => ({ label, values, color: `--band-${i}`, fill: `--band-${i}` });
  const bands = largest.map((row, i) => band(name(row), [...row.sum.live_bytes_over_time ?? []], i));
  if (shown > BANDS) bands.push(band(`Others (${format.count(shown - BANDS)})`, Array.from(courses.figures.total, (value, at) => bands.reduce((left, one) => left - (one.values[at] ?? 0), value)), BANDS));
  return bands;
}

export function drawingOf(context: Context): Drawing {
  const { process, store } = context;
  const by = store.get('stacked');
  if (by !== '' && groupingsOf(context).some((one) => one.key === by)) {
    const lines = bandsOf(context, by);
    if (lines.length > 0) return { timesNs: process.bucket_end_ns ?? [], lines, stacked: true };
  }
  return { timesNs: process.timeline?.time_ns ?? [], lines: linesOf(context), stacked: false };
}

export const axisBytes = (value: number) => format.bytes(value).replace('.0 ', ' ');

export function axisTime(seconds: number): string {
  if (seconds === 0) return '0';
  if (seconds < 1e-3) return `${Number((seconds * 1e6).toPrecision(4))} \u00b5s`;
  if (seconds < 1) return `${Number((seconds * 1e3).toPrecision(4))} ms`;
  if (seconds < 60) return `${Number(seconds.toPrecision(4))} s`;
  const [whole, rest] = seconds < 3600 ? [60, Math.round(seconds % 60)] : [3600, Math.round((seconds % 3600) / 60)];
  const [big, small] = seconds < 3600 ? ['m', 's'] : ['h', 'm'];
  return rest === 0 ? `${Math.floor(seconds / whole)}${big}` : `${Math.floor(seconds / whole)}${big} ${rest}${small}`;
}

export function axisCount(value: number): string {
  const [by, unit] = value >= 1e9 ? [1e9, 'G'] : value >= 1e6 ? [1e6, 'M'] : value >= 1e4 ? [1e3, 'k'] : [1, ''];
  return `${Number((value / by).toPrecision(4))}${unit}`;
}

export interface Span { fromSeconds: number; toSeconds: number }

export function spikeSpans({ process: { spikes = [], duration_ns: end = 0 } }: Context): Span[] {
  return spikes.map((spike) => ({ fromSeconds: spike.begin_ns / 1e9, toSeconds: spikeEnd(spike, end) / 1e9 }));
}

export interface Mark { seconds: number; text: string; color: string }

export function marks({ process }: Context): Mark[] {
  const snapshots = process.snapshots ?? [];
  const named = snapshots.filter((one) => !one.automatic);
  const found = snapshots.map((one) => ({
    seconds: one.time_ns / 1e9, text: one.automatic && named.length > 0 ? '' : one.label,
    color: one.automatic ? '--mark-quiet' : '--mark',
  }));
  for (const spike of process.spikes ?? []) found.push({ seconds: spike.top_ns / 1e9, text: 'spike', color: '--spike-mark' });
  found.push({ seconds: process.totals.peak_time_ns / 1e9, text: 'peak', color: '--series-heap' });
  return found.sort((a, b) => a.seconds - b.seconds);
}

// Vertical lines with their names on top; a name that would run into the one before it is left to the list below.
export function drawMarks(plot: uPlot, all: Mark[], spans: Span[]): void {
  const { ctx, bbox } = plot;
  const ratio = devicePixelRatio;
  ctx.save();
  ctx.font = `${11 * ratio}px ${getComputedStyle(document.body).fontFamily}`;
  ctx.textBaseline = 'bottom';
  ctx.textAlign = 'left';  // not what the axis drawn before left behind
  ctx.lineWidth = ratio;
  for (const { fromSeconds, toSeconds } of spans) {
    const at = (seconds: number) => Math.min(Math.max(plot.valToPos(seconds, 'x', true), bbox.left), bbox.left + bbox.width);
    ctx.fillStyle = cssColor('--spike');
    ctx.fillRect(at(fromSeconds), bbox.top, Math.max(at(toSeconds) - at(fromSeconds), ratio), bbox.height);
  }
  let free = -Infinity;
  for (const mark of all) {
    const x = Math.round(plot.valToPos(mark.seconds, 'x', true));
    if (x < bbox.left - 1 || x > bbox.left + bbox.width + 1) continue;
    ctx.strokeStyle = cssColor(mark.color);
    ctx.setLineDash([3 * ratio, 3 * ratio]);
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    const text = mark.text.length > 18 ? `${mark.text.slice(0, 17)}\u2026` : mark.text;
    const width = ctx.measureText(text).width;
    const left = Math.min(Math.max(x - width / 2, bbox.left), bbox.left + bbox.width - width);
    if (text === '' || left < free) continue;
    ctx.fillStyle = cssColor('--muted');
    ctx.fillText(text, left, bbox.top - 3 * ratio);
    free = left + width + 8 * ratio;
  }
  ctx.restore();
}
