// Shared pointers that own each other: the blocks of one cycle, the pointers between them, the one to cut.
import type { Context, View } from '../context';
import { h } from '../dom';
import * as format from '../format';
import { type Cycle, type CycleBlock, type CycleEdge, siteById } from '../model';
import { columnPicture } from '../parts/column_picture';
import { bytesFigure, section } from '../parts/section';
import { siteName } from '../parts/stack';

const FIRST = 20;

function blockText(block: CycleBlock | undefined): string {
  if (!block) return 'another block';
  return `${block.type || 'block'} (${format.bytes(block.size)})`;
}

function countsText(block: CycleBlock): string {
  return block.use_count === undefined ? '' : `, use count ${block.use_count}, weak count ${block.weak_count ?? 0}`;
}

// A shared pointer is two pointers, to the object and to its counts: one line is enough.
function pointersOf(cycle: Cycle): CycleEdge[] {
  const shown = cycle.edges.filter((edge) => edge.from < cycle.blocks.length && edge.to < cycle.blocks.length);
  return shown.filter((edge) => !shown.some((other) => other.from === edge.from && other.to === edge.to && other.offset + 8 === edge.offset));
}

function picture(cycle: Cycle): HTMLElement {
  const nodes = cycle.blocks.map((block) => ({ title: block.type || 'block', note: `${format.bytes(block.size)}${countsText(block)}`, tone: 'block' as const }));
  const edges = pointersOf(cycle).map((edge) => ({ from: edge.from, to: edge.to, label: `offset ${edge.offset}`, weak: !edge.strong, cut: edge.cut }));
  return columnPicture(nodes, edges, `Cycle of ${cycle.blocks.map((block) => block.type || 'block').join(', ')}; the list tells its pointers`);
}

function blockItem(context: Context, cycle: Cycle, block: CycleBlock, index: number): HTMLElement {
  const site = block.site === undefined ? undefined : siteById(context.process, block.site);
  const frame = site && context.frames.blamed(site);
  const pointers = pointersOf(cycle).filter((edge) => edge.from === index && edge.strong);
  return h('li', {}, h('strong', {}, blockText(block)), countsText(block), frame ? h('div', { class: 'blame' }, siteName(frame)) : null,
    pointers.length > 0 && h('ul', {}, ...pointers.map((edge) => h('li', {},
      `owns, at offset ${edge.offset}, ${blockText(cycle.blocks[edge.to])}`, edge.cut ? h('strong', {}, ' \u2014 cut here') : null))));
}

function card(context: Context, cycle: Cycle): HTMLElement {
  const hidden = cycle.block_count - cycle.blocks.length;
  return h('article', { class: 'finding warning', attrs: { 'data-kind': 'cycle' } },
    h('h3', {}, `${format.plural(cycle.instances, 'cycle')} of ${format.plural(cycle.block_count, 'block')}, `, bytesFigure(cycle.bytes), ' in all'),
    h('div', { class: 'finding-body' },
      h('div', { class: 'cycle' }, picture(cycle), h('ol', { class: 'cycle-blocks' }, ...cycle.blocks.map((block, index) => blockItem(context, cycle, block, index)))),
      hidden > 0 && h('p', { class: 'note' }, `and ${format.plural(hidden, 'more block')}`),
      !cycle.proven && h('p', { class: 'note' }, 'A use count tells of an owner that was not found.'),
      cycle.owned_by_lost && h('p', { class: 'note' }, 'Something else that is lost points to it: look there first.'),
      h('p', { class: 'advice' }, cycle.advice)));
}

export const cycles: View = {
  id: 'cycles',
  title: 'Cycles',
  render(context) {
    const all = context.process.cycles;
    if (!all || all.length === 0) return null;
    const element = section('cycles', 'Reference cycles', 'Objects that own each other by shared pointers: nothing else points to them, and none of them is ever destroyed.',
      h('div', { class: 'findings' }, ...all.slice(0, FIRST).map((cycle) => card(context, cycle))));
    if (all.length > FIRST) element.append(h('p', { class: 'note' }, `The other ${format.count(all.length - FIRST)} kinds are in the JSON report.`));
    return element;
  },
};
