// The timeline as files: the picture as drawn, a drawing for papers, the numbers for a spreadsheet.
import type { Context } from '../context';
import { svg } from '../dom';
import { cssColor } from '../theme';
import { offer, offerCsv } from './download';
import { rangeInTime } from './range';
import { axisBytes, axisTime, type Drawing } from './timeline_drawing';

const SIZE = { width: 960, height: 360, left: 72, right: 16, top: 16, bottom: 56 };
const TICKS = 4;

export function offerPng(canvas: HTMLCanvasElement): void {
  const copy = document.createElement('canvas');
  [copy.width, copy.height] = [canvas.width, canvas.height];
  const context = copy.getContext('2d');
  if (!context) return;
  context.fillStyle = cssColor('--surface');
  context.fillRect(0, 0, copy.width, copy.height);
  context.drawImage(canvas, 0, 0);
  copy.toBlob((blob) => blob && offer('timeline.png', blob));
}

export function offerNumbers({ timesNs, lines }: Drawing): void {
  offerCsv('timeline.csv', ['time_ns', ...lines.map((line) => `"${line.label.replaceAll('"', '""')}"`)],
    timesNs.map((time, at) => [time, ...lines.map((line) => line.values[at] ?? 0)]));
}

// Each unit has an axis of its own from zero up; that of blocks is left to the name in the legend.
export function offerSvg(context: Context, { timesNs, lines, stacked }: Drawing): void {
  const range = rangeInTime(context) ?? { fromNs: timesNs[0] ?? 0, toNs: timesNs.at(-1) ?? 1 };
  const inside = timesNs.map((time, at) => ({ time, at })).filter(({ time }) => time >= range.fromNs && time <= range.toNs);
  let below = timesNs.map(() => 0);
  const curves = (stacked ? [...lines].reverse() : lines).map((line) => {
    const values = stacked ? (below = below.map((sum, at) => sum + (line.values[at] ?? 0))) : line.values;
    return { line, values };
  });
  if (stacked) curves.reverse();
  const topOf = (blocks: boolean) => curves.filter(({ line }) => Boolean(line.blocks) === blocks)
    .reduce((most, { values }) => inside.reduce((largest, { at }) => Math.max(largest, values[at] ?? 0), most), 1);
  const [mostBytes, mostBlocks] = [topOf(false), topOf(true)];
  const x = (time: number) => SIZE.left + ((time - range.fromNs) / (range.toNs - range.fromNs)) * (SIZE.width - SIZE.left - SIZE.right);
  const y = (share: number) => SIZE.height - SIZE.bottom - share * (SIZE.height - SIZE.top - SIZE.bottom);
  const text = (content: string, left: number, top: number, anchor: string) =>
    svg('text', { attrs: { x: left, y: top, 'text-anchor': anchor, 'font-size': 11, 'font-family': 'sans-serif', fill: cssColor('--muted') } }, content);
  const drawing = svg('svg', { attrs: { xmlns: 'http://www.w3.org/2000/svg', viewBox: `0 0 ${SIZE.width} ${SIZE.height}`, width: SIZE.width, height: SIZE.height } },
    svg('rect', { attrs: { width: SIZE.width, height: SIZE.height, fill: cssColor('--surface') } }));
  for (let tick = 0; tick <= TICKS; ++tick) {
    const share = tick / TICKS;
    drawing.append(svg('line', { attrs: { x1: SIZE.left, x2: SIZE.width - SIZE.right, y1: y(share), y2: y(share), stroke: cssColor('--grid') } }),
      text(axisBytes(mostBytes * share), SIZE.left - 6, y(share) + 4, 'end'),
      text(axisTime((range.fromNs + (range.toNs - range.fromNs) * share) / 1e9), x(range.fromNs + (range.toNs - range.fromNs) * share), y(0) + 16, 'middle'));
  }
  let left = SIZE.left;
  for (const { line, values } of curves) {
    const points = inside.map(({ time, at }) => `${x(time).toFixed(1)} ${y((values[at] ?? 0) / (line.blocks ? mostBlocks : mostBytes)).toFixed(1)}`);
    const path = `M${points.join('L')}`;
    if (line.fill && inside.length > 0) {
      drawing.append(svg('path', { attrs: { d: `${path}L${x(inside.at(-1)?.time ?? 0).toFixed(1)} ${y(0)}L${x(inside[0]?.time ?? 0).toFixed(1)} ${y(0)}Z`, fill: cssColor(line.fill) } }));
    }
    if (inside.length > 0) drawing.append(svg('path', { attrs: { d: path, fill: 'none', stroke: cssColor(stacked ? '--surface' : line.color), 'stroke-width': 1.5, 'stroke-dasharray': line.dash?.join(' ') ?? null } }));
    const label = line.label.slice(0, 24);
    drawing.append(svg('rect', { attrs: { x: left, y: SIZE.height - 24, width: 12, height: 12, fill: cssColor(line.color) } }), text(label, left + 17, SIZE.height - 14, 'start'));
    left += 30 + label.length * 6.2;
  }
  offer('timeline.svg', new Blob([new XMLSerializer().serializeToString(drawing)], { type: 'image/svg+xml' }));
}
