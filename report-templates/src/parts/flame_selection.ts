// What the function picked in the flame graph or the call tree holds: its figures, their course, the stacks.
import type { Context } from '../context';
import { h } from '../dom';
import * as format from '../format';
import { frameFullLocation, type Site } from '../model';
import { type Cost, lostBytes } from './costs';
import { courseOf } from './course';
import type { FlameNode } from './flame_tree';
import { bytesFigure, countFigure, facts } from './section';
import { siteFolds } from './site_folds';
import { trend } from './sparkline';
import { breakable } from './stack';

export function selectionPanel(context: Context, node: FlameNode, sites: Site[], cost: Cost): HTMLElement {
  const sum = (of: (site: Site) => number) => sites.reduce((total, site) => total + of(site), 0);
  const frame = context.frames.get(node.frame);
  const rows: [string, HTMLElement | string][] = [
    ['Live at end', h('span', {}, bytesFigure(sum((site) => site.live_bytes)), ` in ${format.plural(sum((site) => site.live_blocks), 'block')}`)],
    ['At the peak', bytesFigure(sum((site) => site.peak_bytes))],
    ['Allocations', countFigure(sum((site) => site.allocations))],
    ['Temporary', countFigure(sum((site) => site.temporary_allocations))],
  ];
  if (context.process.truth) rows.splice(1, 0, ['Lost', bytesFigure(sum(lostBytes))]);
  if (sites.some((site) => site.growth)) rows.push(['Growth', format.rate(sum((site) => site.growth?.slope_bytes_per_s ?? 0))]);
  return h('section', { class: 'selection panel', attrs: { 'aria-label': 'The selected function' } },
    h('h3', {}, breakable(node.name)), h('p', { class: 'muted' }, frameFullLocation(frame)),
    h('div', { class: 'site-detail' },
      h('div', { class: 'site-figures' }, facts(rows), trend(courseOf(sites), context.process.bucket_end_ns)),
      h('div', {}, h('h4', {}, `${format.plural(sites.length, 'call stack')} through it, by ${cost.label.toLowerCase()}`), siteFolds(context, sites, cost))));
}
