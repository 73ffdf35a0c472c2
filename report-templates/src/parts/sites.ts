// Questions about sites that several views ask: which match a filter, what a row of them shows when opened.
import type { Context } from '../context';
import { type Child, figure, h } from '../dom';
import * as format from '../format';
import type { Site } from '../model';
import { bytesFigure, countFigure, estimateFigure, facts } from './section';
import { threadName } from './site_groups';
import { pathPicture, retentionRows } from './retention';
import { trend } from './sparkline';
import { stackList } from './stack';

// Every word must occur in some frame of the stack (function, file or module); a word with "-" in front must not.
// Frames are few and shared, and so are the outer parts of stacks: each is searched once.
export function stackFilter({ frames, process }: Context, text: string): ((position: number) => boolean) | null {
  const words = text.toLowerCase().split(/\s+/).filter((word) => word !== '' && word !== '-').slice(0, 30);
  const { paths } = process;
  if (words.length === 0 || !paths) return null;
  let wanted = 0;
  let unwanted = 0;
  const needles = words.map((word, bit) => {
    if (word.startsWith('-')) unwanted |= 1 << bit;
    else wanted |= 1 << bit;
    return word.replace(/^-/, '');
  });
  const bits: number[] = [];
  for (const frame of frames.all) {
    const haystack = `${frame.function}\n${frame.file ?? ''}\n${frame.module ?? ''}`.toLowerCase();
    let found = 0;
    needles.forEach((needle, bit) => {
      if (haystack.includes(needle)) found |= 1 << bit;
    });
    bits[frame.id] = found;
  }
  const found = new Int32Array(paths.frame.length);  // on the way from the outermost caller to each node
  for (let node = 0; node < found.length; ++node) {
    const caller = paths.caller[node] as number;
    found[node] = (bits[paths.frame[node] as number] ?? 0) | (caller < 0 ? 0 : found[caller] as number);
  }
  return (position) => {
    const seen = found[paths.end[position] as number] ?? 0;  // of an empty stack nothing
    return (seen & wanted) === wanted && (seen & unwanted) === 0;
  };
}

export function growthFigure(site: Site): HTMLElement {
  return figure(site.slope, format.rate(site.slope));
}

export function verdictText(verdict: string): string {
  return verdict === 'leak' ? 'growing' : verdict.replaceAll('_', ' ');  // of itself growth does not tell what is lost
}

export function siteDetail(context: Context, site: Site): HTMLElement {
  const rows: [string, Child][] = [
    ['Live at end', h('span', {}, estimateFigure(site.live_bytes, site.live_bytes_error), ' in ', format.plural(site.live_blocks, 'block'))],
    ['At the peak', h('span', {}, bytesFigure(site.peak_bytes), site.peak_blocks === undefined ? '' : ` in ${format.plural(site.peak_blocks, 'block')}`)],
    ['Allocations', h('span', {}, countFigure(site.allocations), ', ', estimateFigure(site.allocated_bytes, site.allocated_bytes_error), ' in all')],
    ['Temporary', h('span', {}, countFigure(site.temporary_allocations), ` (${format.percent(site.temporary_allocations, site.allocations)})`)],
  ];
  if (site.recorded_live_blocks !== undefined) rows.push(['Recorded of the live blocks', countFigure(site.recorded_live_blocks)]);
  if (site.deallocations !== undefined) rows.push(['Freed', countFigure(site.deallocations)]);
  if (site.inherited_bytes) rows.push(['Made before the fork', bytesFigure(site.inherited_bytes)]);
  if (site.growth) {
    const sure = site.growth.confidence === undefined ? '' : `, confidence ${Math.round(site.growth.confidence * 100)}%`;
    const verdict = site.growth.verdict ? `${verdictText(site.growth.verdict)}: ` : '';
    rows.push(['Growth', h('span', {}, verdict, growthFigure(site), sure)]);
  }
  if (site.threads) rows.push(['Threads', site.threads.map((tid) => threadName(context.process, tid)).join(', ') + (site.more_threads ? ' and more' : '')]);
  rows.push(...retentionRows(site));
  return h('div', { class: 'site-detail' },
    h('div', { class: 'site-figures' }, facts(rows), trend(site.live_bytes_over_time, context.process.bucket_end_ns),
      site.path && h('div', {}, h('p', { class: 'sub' }, 'The shortest way to its largest reachable block'), pathPicture(site.path))),
    stackList(context, site.stack, context.frames.blamed(site)));
}
