// Heap, RSS and mappings over time on one axis, blocks on another; snapshots and the peak are marked.
import uPlot from 'uplot';
import type { Context, View } from '../context';
import { h, replace } from '../dom';
import * as format from '../format';
import { isAllZero } from '../model';
import { empty, note, section } from '../parts/section';
import { cssColor, onThemeChange } from '../theme';

interface Line { label: string; color: string; values: number[]; blocks?: boolean; dash?: number[]; fill?: boolean; hidden?: boolean }

const BINARY_STEPS = Array.from({ length: 60 }, (_, power) => 2 ** power);
const TIME_STEPS = [1e-6, 1e-5, 1e-4, 1e-3, 2e-3, 5e-3, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200, 86400, 172800, 604800];

function lines(context: Context): Line[] {
  const timeline = context.process.timeline;
  if (!timeline) return [];
  const found: Line[] = [{ label: 'Heap', color: '--series-heap', values: timeline.heap_bytes, fill: true }];
  if (timeline.heap_max_bytes?.some((value, i) => value > (timeline.heap_bytes[i] ?? 0) * 1.02)) {
    found.push({ label: 'Heap, highest between points', color: '--series-max', values: timeline.heap_max_bytes, dash: [2, 3], hidden: true });
  }
  if (!isAllZero(timeline.rss_bytes)) found.push({ label: 'RSS', color: '--series-rss', values: timeline.rss_bytes ?? [] });
  if (!isAllZero(timeline.mapped_bytes)) found.push({ label: 'Mapped', color: '--series-mapped', values: timeline.mapped_bytes ?? [] });
  if (timeline.blocks) found.push({ label: 'Blocks', color: '--series-blocks', values: timeline.blocks, blocks: true, dash: [5, 4] });
  return found;
}

const axisBytes = (value: number) => format.bytes(value).replace('.0 ', ' ');

function axisTime(seconds: number): string {
  if (seconds === 0) return '0';
  if (seconds < 1e-3) return `${Number((seconds * 1e6).toPrecision(4))} \u00b5s`;
  if (seconds < 1) return `${Number((seconds * 1e3).toPrecision(4))} ms`;
  if (seconds < 60) return `${Number(seconds.toPrecision(4))} s`;
  const [whole, rest] = seconds < 3600 ? [60, Math.round(seconds % 60)] : [3600, Math.round((seconds % 3600) / 60)];
  const [big, small] = seconds < 3600 ? ['m', 's'] : ['h', 'm'];
  return rest === 0 ? `${Math.floor(seconds / whole)}${big}` : `${Math.floor(seconds / whole)}${big} ${rest}${small}`;
}

function axisCount(value: number): string {
  const [by, unit] = value >= 1e9 ? [1e9, 'G'] : value >= 1e6 ? [1e6, 'M'] : value >= 1e4 ? [1e3, 'k'] : [1, ''];
  return `${Number((value / by).toPrecision(4))}${unit}`;
}

interface Mark { seconds: number; text: string; color: string }

function marks({ process }: Context): Mark[] {
  const snapshots = process.snapshots ?? [];
  const named = snapshots.filter((one) => !one.automatic);
  const found = snapshots.map((one) => ({
    seconds: one.time_ns / 1e9, text: one.automatic && named.length > 0 ? '' : one.label,
    color: one.automatic ? '--mark-quiet' : '--mark',
  }));
  found.push({ seconds: process.totals.peak_time_ns / 1e9, text: 'peak', color: '--series-heap' });
  return found.sort((a, b) => a.seconds - b.seconds);
}

// Vertical lines with their names on top; a name that would run into the one before it is left to the list below.
function drawMarks(plot: uPlot, all: Mark[]): void {
  const { ctx, bbox } = plot;
  const ratio = devicePixelRatio;
  ctx.save();
  ctx.font = `${11 * ratio}px ${getComputedStyle(document.body).fontFamily}`;
  ctx.textBaseline = 'bottom';
  ctx.textAlign = 'left';  // not what the axis drawn before left behind
  ctx.lineWidth = ratio;
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

class Chart {
  readonly element = h('div', { class: 'chart', attrs: { tabindex: 0, role: 'group', 'aria-roledescription': 'chart' } });
  readonly legend = h('div', { class: 'legend' });
  readonly reset = h('button', { class: 'button', attrs: { type: 'button' }, on: { click: () => this.context.store.set({ range: '' }) } }, 'Reset zoom');
  private plot: uPlot | undefined;
  private readonly visible: boolean[];
  private readonly seconds: number[];
  private readonly values: HTMLElement[] = [];
  private readonly when = h('span', { class: 'legend-time' });

  constructor(private readonly context: Context, private readonly all: Line[]) {
    this.visible = all.map((line) => !line.hidden);
    this.seconds = (context.process.timeline?.time_ns ?? []).map((time) => time / 1e9);
    this.element.setAttribute('aria-label', `Memory over time: ${all.map((line) => line.label).join(', ')}. Arrow keys move along the time axis.`);
    this.element.addEventListener('keydown', (event) => this.onKey(event));
    this.drawLegend();
    const watch = new ResizeObserver(() => this.resize());
    watch.observe(this.element);
    const themeEnd = onThemeChange(() => this.build());
    context.on(['range'], () => this.applyRange());
    context.atEnd(() => {
      watch.disconnect();
      themeEnd();
      this.plot?.destroy();
    });
  }

  private resize(): void {
    const width = this.element.clientWidth;
    if (width === 0) return;
    if (!this.plot) this.build();
    else if (this.plot.width !== width) {
      if ((this.plot.width < 560) !== (width < 560)) this.build();
      else this.plot.setSize({ width, height: this.plot.height });
    }
  }

  private build(): void {
    const width = this.element.clientWidth;
    if (width === 0) return;
    this.plot?.destroy();
    const narrow = width < 560;
    const grid = { stroke: cssColor('--grid'), width: 1 };
    const axis = { stroke: cssColor('--muted'), grid, ticks: { show: false }, font: `11px ${getComputedStyle(document.body).fontFamily}` };
    const all = marks(this.context);
    this.plot = new uPlot({
      width, height: narrow ? 240 : 300, padding: [22, narrow ? 8 : 4, 0, 4],
      legend: { show: false },
      cursor: { drag: { x: true, y: false, setScale: false }, points: { size: 7 } },
      scales: { x: { time: false }, bytes: { range: (_u, _min, max) => [0, Math.max(max * 1.06, 1)] }, blocks: { range: (_u, _min, max) => [0, Math.max(max * 1.06, 1)] } },
      axes: [
        { ...axis, size: 28, incrs: TIME_STEPS, space: narrow ? 64 : 80, values: (_u, ticks) => ticks.map(axisTime) },
        { ...axis, scale: 'bytes', incrs: BINARY_STEPS, size: narrow ? 58 : 70, values: (_u, ticks) => ticks.map(axisBytes) },
        { ...axis, scale: 'blocks', side: 1, size: 52, grid: { show: false }, show: !narrow && this.all.some((line) => line.blocks), values: (_u, ticks) => ticks.map(axisCount) },
      ],
      series: [{}, ...this.all.map((line, i): uPlot.Series => ({
        label: line.label, scale: line.blocks ? 'blocks' : 'bytes', stroke: cssColor(line.color), width: line.blocks ? 1.25 : 1.75,
        show: this.visible[i] ?? true, points: { show: false },
        ...(line.dash ? { dash: line.dash } : {}), ...(line.fill ? { fill: cssColor('--series-heap-fill') } : {}),
      }))],
      hooks: {
        draw: [(plot) => drawMarks(plot, all)],
        setCursor: [(plot) => this.showValues(plot.cursor.idx ?? null)],
        setSelect: [(plot) => {
          if (plot.select.width < 4) return;
          const from = Math.round(plot.posToVal(plot.select.left, 'x') * 1e9);
          const to = Math.round(plot.posToVal(plot.select.left + plot.select.width, 'x') * 1e9);
          plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
          this.context.store.set({ range: `${from}-${to}` });
        }],
      },
    }, [this.seconds, ...this.all.map((line) => line.values)], this.element);
    this.plot.over.addEventListener('dblclick', () => this.context.store.set({ range: '' }));
    this.applyRange();
    this.showValues(null);
  }

  private applyRange(): void {
    const [from, to] = this.context.store.get('range').split('-').map(Number);
    const zoomed = from !== undefined && to !== undefined && to > from;
    this.reset.hidden = !zoomed;
    this.plot?.setScale('x', zoomed ? { min: from / 1e9, max: to / 1e9 } : { min: this.seconds[0] ?? 0, max: this.seconds.at(-1) ?? 1 });
  }

  private drawLegend(): void {
    replace(this.legend, ...this.all.map((line, i) => {
      const value = h('span', { class: 'legend-value' });
      this.values.push(value);
      const button = h('button', { class: 'legend-item', attrs: { type: 'button', 'aria-pressed': String(this.visible[i]) } },
        h('span', { class: `legend-mark ${line.dash ? 'dashed' : ''}`, style: { '--mark-color': `var(${line.color})` } }), line.label, value);
      button.addEventListener('click', () => {
        this.visible[i] = !this.visible[i];
        button.setAttribute('aria-pressed', String(this.visible[i]));
        this.plot?.setSeries(i + 1, { show: this.visible[i] ?? true });
      });
      return button;
    }), this.when);
  }

  // Without a cursor the legend tells the end of the run.
  private showValues(index: number | null): void {
    const at = index ?? this.seconds.length - 1;
    this.all.forEach((line, i) => {
      const value = line.values[at] ?? 0;
      const cell = this.values[i];
      if (cell) cell.textContent = line.blocks ? format.count(value) : format.bytes(value);
    });
    const time = format.duration((this.seconds[at] ?? 0) * 1e9);
    this.when.textContent = index === null ? `at the end, ${time}` : `at ${time}`;
  }

  private onKey(event: KeyboardEvent): void {
    const plot = this.plot;
    const steps: Record<string, number> = { ArrowRight: 1, ArrowLeft: -1, PageUp: -20, PageDown: 20, Home: -Infinity, End: Infinity };
    if (event.key === 'Escape') this.context.store.set({ range: '' });
    const step = steps[event.key];
    if (!plot || step === undefined) return;
    event.preventDefault();
    const to = Math.min(this.seconds.length - 1, Math.max(0, (plot.cursor.idx ?? 0) + step));
    plot.setCursor({ left: plot.valToPos(this.seconds[to] ?? 0, 'x'), top: 10 });
    this.when.setAttribute('role', 'status');
  }
}

export const timeline: View = {
  id: 'timeline',
  title: 'Timeline',
  render(context) {
    const data = context.process.timeline;
    if (!data) return null;
    if (data.time_ns.length < 2) {
      return section('timeline', 'Timeline', null, empty('Too short for a timeline.', 'The recording holds fewer than two points in time. The figures above are exact all the same.'));
    }
    const chart = new Chart(context, lines(context));
    return section('timeline', 'Timeline', 'Drag across the chart to zoom in, double-click to see everything again.',
      h('div', { class: 'panel chart-panel' }, h('div', { class: 'chart-head' }, chart.legend, chart.reset), chart.element),
      isAllZero(data.rss_bytes) && note('RSS was not sampled in this recording, so the chart shows what the program asked for, not what the kernel gave.'));
  },
};
