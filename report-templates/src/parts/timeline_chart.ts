// The chart of the timeline. A range that is dragged over it goes to the store; the legend tells the values at the
// cursor, and without one those of the end.
import uPlot from 'uplot';
import type { Context } from '../context';
import { h, replace } from '../dom';
import * as format from '../format';
import { cssColor, onThemeChange } from '../theme';
import { rangeInTime, setRange } from './range';
import { axisBytes, axisCount, axisTime, BINARY_STEPS, type Drawing, drawingOf, drawMarks, type Line, marks, spikeSpans, TIME_STEPS } from './timeline_drawing';

const NARROW = 560;

export class TimelineChart {
  readonly element = h('div', { class: 'chart', attrs: { tabindex: 0, role: 'group', 'aria-roledescription': 'chart' } });
  readonly legend = h('div', { class: 'legend' });
  readonly reset = h('button', { class: 'button', attrs: { type: 'button' }, on: { click: () => setRange(this.context, '') } }, 'Reset zoom');
  private plot: uPlot | undefined;
  private drawing: Drawing;
  private visible: boolean[] = [];
  private seconds: number[] = [];
  private values: HTMLDataElement[] = [];
  private readonly when = h('span', { class: 'legend-time' });

  constructor(private readonly context: Context) {
    this.drawing = drawingOf(context);
    this.adopt();
    this.element.addEventListener('keydown', (event) => this.onKey(event));
    const watch = new ResizeObserver(() => this.resize());
    watch.observe(this.element);
    const themeEnd = onThemeChange(() => this.build());
    context.on(['stacked'], () => {
      this.drawing = drawingOf(context);
      this.adopt();
      this.build();
    });
    context.on(['range'], () => this.applyRange());
    context.atEnd(() => {
      watch.disconnect();
      themeEnd();
      this.plot?.destroy();
    });
  }

  // What is shown now, for the files that are made from it.
  get shown(): Drawing {
    return { ...this.drawing, lines: this.drawing.lines.filter((_, i) => this.visible[i]) };
  }

  get canvas(): HTMLCanvasElement | undefined {
    return this.plot?.ctx.canvas;
  }

  private adopt(): void {
    const { lines, timesNs } = this.drawing;
    this.visible = lines.map((line) => !line.hidden);
    this.seconds = timesNs.map((time) => time / 1e9);
    this.element.setAttribute('aria-label', `Memory over time: ${lines.map((line) => line.label).join(', ')}. Arrow keys move along the time axis.`);
    this.drawLegend();
  }

  private resize(): void {
    const width = this.element.clientWidth;
    if (width === 0) return;
    if (!this.plot || (this.plot.width < NARROW) !== (width < NARROW)) this.build();
    else if (this.plot.width !== width) this.plot.setSize({ width, height: this.plot.height });
  }

  // Bands are drawn as lines over the sum of all below, the highest first, each covering the rest down to zero.
  private columns(): { lines: Line[]; data: number[][] } {
    const lines = this.drawing.lines.map((line, i) => ({ line, i }));
    if (!this.drawing.stacked) return { lines: this.drawing.lines, data: lines.map(({ line }) => line.values) };
    const shown = lines.filter(({ i }) => this.visible[i]).reverse();
    let below = this.seconds.map(() => 0);
    const data = shown.map(({ line }) => (below = below.map((sum, at) => sum + (line.values[at] ?? 0))));
    return { lines: shown.map(({ line }) => line).reverse(), data: data.reverse() };
  }

  private build(): void {
    const width = this.element.clientWidth;
    if (width === 0) return;
    this.plot?.destroy();
    const narrow = width < NARROW;
    const grid = { stroke: cssColor('--grid'), width: 1 };
    const axis = { stroke: cssColor('--muted'), grid, ticks: { show: false }, font: `11px ${getComputedStyle(document.body).fontFamily}` };
    const all = marks(this.context);
    const spans = spikeSpans(this.context);
    const { stacked } = this.drawing;
    const { lines, data } = this.columns();
    const fromZero = (_u: uPlot, _min: number, max: number): [number, number] => [0, Math.max(max * 1.06, 1)];
    this.plot = new uPlot({
      width, height: narrow ? 240 : 300, padding: [22, narrow ? 8 : 4, 0, 4],
      legend: { show: false },
      cursor: { drag: { x: true, y: false, setScale: false }, points: { size: 7 } },
      scales: { x: { time: false }, bytes: { range: fromZero }, blocks: { range: fromZero } },
      axes: [
        { ...axis, size: 28, incrs: TIME_STEPS, space: narrow ? 64 : 80, values: (_u, ticks) => ticks.map(axisTime) },
        { ...axis, scale: 'bytes', incrs: BINARY_STEPS, size: narrow ? 58 : 70, values: (_u, ticks) => ticks.map(axisBytes) },
        { ...axis, scale: 'blocks', side: 1, size: 52, grid: { show: false }, show: !narrow && lines.some((line) => line.blocks), values: (_u, ticks) => ticks.map(axisCount) },
      ],
      series: [{}, ...lines.map((line, i): uPlot.Series => ({
        label: line.label, scale: line.blocks ? 'blocks' : 'bytes', stroke: cssColor(stacked ? '--surface' : line.color), width: stacked ? 1 : line.blocks ? 1.25 : 1.75,
        show: stacked || (this.visible[i] ?? true), points: { show: false },
        ...(line.dash ? { dash: line.dash } : {}), ...(line.fill ? { fill: cssColor(line.fill) } : {}),
      }))],
      hooks: {
        draw: [(plot) => drawMarks(plot, all, spans)],
        setCursor: [(plot) => this.showValues(plot.cursor.idx ?? null)],
        setSelect: [(plot) => {
          if (plot.select.width < 4) return;
          const at = (left: number) => Math.max(0, Math.round(plot.posToVal(left, 'x') * 1e9));
          const range = `${at(plot.select.left)}-${at(plot.select.left + plot.select.width)}`;
          plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
          setRange(this.context, range);
        }],
      },
    }, [this.seconds, ...data], this.element);
    this.plot.over.addEventListener('dblclick', () => setRange(this.context, ''));
    this.applyRange();
    this.showValues(null);
  }

  private applyRange(): void {
    const range = rangeInTime(this.context);
    this.reset.hidden = range === null;
    this.plot?.setScale('x', range ? { min: range.fromNs / 1e9, max: range.toNs / 1e9 } : { min: this.seconds[0] ?? 0, max: this.seconds.at(-1) ?? 1 });
  }

  private drawLegend(): void {
    this.values = [];
    const { stacked } = this.drawing;
    replace(this.legend, ...this.drawing.lines.map((line, i) => {
      const value = h('data', { class: 'legend-value' });
      this.values.push(value);
      const button = h('button', { class: 'legend-item', title: stacked ? line.label : undefined, attrs: { type: 'button', 'aria-pressed': String(this.visible[i]) } },
        h('span', { class: `legend-mark ${line.dash ? 'dashed' : ''} ${stacked ? 'band' : ''}`, style: { '--mark-color': `var(${line.color})` } }), h('span', { class: 'legend-name' }, line.label), value);
      button.addEventListener('click', () => {
        this.visible[i] = !this.visible[i];
        button.setAttribute('aria-pressed', String(this.visible[i]));
        if (stacked) this.build();
        else this.plot?.setSeries(i + 1, { show: this.visible[i] ?? true });
      });
      return button;
    }), this.when);
  }

  private showValues(index: number | null): void {
    const at = index ?? this.seconds.length - 1;
    this.drawing.lines.forEach((line, i) => {
      const value = line.values[at] ?? 0;
      const cell = this.values[i];
      if (!cell) return;
      cell.value = String(value);
      cell.textContent = line.blocks ? format.count(value) : format.bytes(value);
    });
    const time = format.duration((this.seconds[at] ?? 0) * 1e9);
    this.when.textContent = index === null ? `at the end, ${time}` : `at ${time}`;
  }

  private onKey(event: KeyboardEvent): void {
    const plot = this.plot;
    const steps: Record<string, number> = { ArrowRight: 1, ArrowLeft: -1, PageUp: -20, PageDown: 20, Home: -Infinity, End: Infinity };
    if (event.key === 'Escape') setRange(this.context, '');
    const step = steps[event.key];
    if (!plot || step === undefined) return;
    event.preventDefault();
    const to = Math.min(this.seconds.length - 1, Math.max(0, (plot.cursor.idx ?? 0) + step));
    plot.setCursor({ left: plot.valToPos(this.seconds[to] ?? 0, 'x'), top: 10 });
    this.when.setAttribute('role', 'status');
  }
}
