// The course of one site's live bytes, small in a table cell or larger in its details.
import { h, svg } from '../dom';
import * as format from '../format';

export function sparkline(values: Float64Array | undefined, width: number, height: number): SVGSVGElement | null {
  if (!values || values.length < 2) return null;
  const top = Math.max(...values);
  const x = (i: number) => ((i / (values.length - 1)) * (width - 2) + 1).toFixed(1);
  const y = (value: number) => (height - 1.5 - (top > 0 ? value / top : 0) * (height - 3)).toFixed(1);
  const line = Array.from(values, (value, i) => `${i === 0 ? 'M' : 'L'}${x(i)} ${y(value)}`).join('');
  return svg('svg', { class: 'spark', attrs: { viewBox: `0 0 ${width} ${height}`, width, height, preserveAspectRatio: 'none', 'aria-hidden': 'true' } },
    svg('path', { class: 'spark-area', attrs: { d: `${line}L${x(values.length - 1)} ${height}L${x(0)} ${height}Z` } }),
    svg('path', { class: 'spark-line', attrs: { d: line, 'vector-effect': 'non-scaling-stroke' } }));
}

export function trend(values: Float64Array | undefined, endsNs: number[] | undefined): HTMLElement | null {
  const drawing = sparkline(values, 320, 72);
  if (!drawing || !values) return null;
  const first = values[0] ?? 0;
  const last = values.at(-1) ?? 0;
  return h('figure', { class: 'trend' }, drawing,
    h('figcaption', {}, `Live bytes over the run: ${format.bytes(first)} at ${format.duration(endsNs?.[0] ?? 0)}, ` +
      `${format.bytes(Math.max(...values))} at most, ${format.bytes(last)} at ${format.duration(endsNs?.at(-1) ?? 0)}.`));
}
