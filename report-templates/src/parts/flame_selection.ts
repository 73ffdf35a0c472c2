// What the function picked in the flame graph or the call tree holds: its figures, their course, the stacks.
import type { Context } from '../context';
import { h } from '../dom';
import * as format from '../format';
import { frameFullLocation } from '../frames';
import type { Cost } from './costs';
import type { FlameNode } from './flame_tree';
import { bytesFigure, countFigure, facts } from './section';
import { siteFolds } from './site_folds';
import { totalOf } from './site_rows';
import { growthFigure } from './sites';
import { trend } from './sparkline';
import { breakable } from './stack';

export function selectionPanel(context: Context, node: FlameNode, sites: Int32Array, cost: Cost): HTMLElement {
  const total = totalOf(context.process, sites);
  const frame = context.frames.get(node.frame);
  const rows: [string, HTMLElement | string][] = [
    ['Live at end', h('span', {}, bytesFigure(total.live_bytes), ` in ${format.plural(total.live_blocks, 'block')}`)],
    ['At the peak', bytesFigure(total.peak_bytes)],
    ['Allocations', countFigure(total.allocations)],
    ['Temporary', countFigure(total.temporary_allocations)],
  ];
  if (context.process.truth) rows.splice(1, 0, ['Lost', bytesFigure(total.lost_bytes)]);
  if (total.growth) rows.push(['Growth', growthFigure(total)]);
  return h('section', { class: 'selection panel', attrs: { 'aria-label': 'The selected function' } },
    h('h3', {}, breakable(node.name)), h('p', { class: 'muted' }, frameFullLocation(frame)),
    h('div', { class: 'site-detail' },
      h('div', { class: 'site-figures' }, facts(rows), trend(total.live_bytes_over_time, context.process.bucket_end_ns)),
      h('div', {}, h('h4', {}, `${format.plural(sites.length, 'call stack')} through it, by ${cost.label.toLowerCase()}`), siteFolds(context, sites, cost))));
}
