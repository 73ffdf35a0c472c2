// What the analyses made of it: one card a finding, the evidence beside the claim.
import type { Context, View } from '../context';
import { append, type Child, h, icon, ICONS } from '../dom';
import * as format from '../format';
import { type Finding, type Pattern, siteById, type TypeCount } from '../model';
import { badge, bytesFigure, countFigure, empty, facts, section } from '../parts/section';
import { growthFigure } from '../parts/sites';
import { sourceLines } from '../parts/source';
import { siteName, stackList } from '../parts/stack';
import { patternLink } from './patterns';

const FIRST = 12;
const TYPES = 3;

const KINDS: Record<string, string> = { fd: 'File descriptor', growth: 'Growing', leak: 'Growing' };
const SCANNED_KINDS: Record<string, string> = { ...KINDS, leak: 'Lost', cycle: 'Reference cycle' };

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function evidenceName(name: string): string {
  return capital(name.replaceAll('_', ' '));
}

function typesText(types: TypeCount[]): string {
  const more = types.length - TYPES;
  return types.slice(0, TYPES).map((type) => type.name).join(', ') + (more > 0 ? ` and ${format.count(more)} more` : '');
}

function card(context: Context, finding: Finding): HTMLElement {
  const site = finding.site === undefined || finding.site === null ? undefined : siteById(context.process, finding.site);
  const frame = site && context.frames.blamed(site);
  const numbers: [string, Child][] = [];
  if (finding.bytes !== undefined) numbers.push(['Bytes', bytesFigure(finding.bytes)]);
  if (finding.blocks !== undefined) numbers.push(['Blocks', countFigure(finding.blocks)]);
  // A finding may be about several sites: what it says itself comes first.
  if (site && site.slope !== 0 && !finding.evidence?.['growth']) numbers.push(['Growth', growthFigure(site)]);
  if (site?.types?.length) numbers.push(['Types', typesText(site.types)]);
  const evidence = Object.entries(finding.evidence ?? {});
  return h('article', { class: `finding ${finding.severity}`, attrs: { 'data-kind': finding.kind } },
    h('div', { class: 'finding-head' }, finding.severity === 'good' ? h('span', { class: 'badge note' }, 'Note') : badge(finding.severity), h('span', { class: 'kind' }, (context.process.truth ? SCANNED_KINDS : KINDS)[finding.kind] ?? capital(finding.kind.replaceAll('_', ' ')))),
    h('h3', {}, finding.title),
    h('div', { class: 'finding-body' },
      numbers.length > 0 && facts(numbers, 'numbers'),
      frame && h('p', { class: 'blame' }, siteName(frame)),
      sourceLines(frame),
      evidence.length > 0 && h('div', { class: 'evidence' }, h('h4', {}, 'Evidence'),
        facts(evidence.map(([name, value]) => [evidenceName(name), value]))),
      finding.pattern && patternOf(finding.pattern),
      finding.advice && h('p', { class: 'advice' }, finding.advice),
      site && stackDetails(context, site.stack, frame)));
}

function patternOf(pattern: Pattern): HTMLElement {
  return h('div', { class: 'pattern', attrs: { 'data-kind': pattern.kind } },
    h('h4', {}, patternLink(pattern.kind, pattern.name), ` ${Math.round(pattern.confidence * 100)} % sure`),
    h('ul', {}, ...pattern.evidence.map((sentence) => h('li', {}, sentence))));
}

// Built when it is opened: a hundred cards are a hundred closed stacks.
function stackDetails(context: Context, stack: number[], frame: ReturnType<Context['frames']['blamed']>): HTMLElement {
  const details = h('details', { class: 'fold' }, h('summary', {}, icon(ICONS.chevron), `Call stack, ${format.plural(stack.length, 'frame')}`));
  details.addEventListener('toggle', () => {
    if (details.open && details.childElementCount === 1) details.append(stackList(context, stack, frame));
  });
  return details;
}

export const findings: View = {
  id: 'findings',
  title: 'Findings',
  render(context) {
    const all = context.process.findings;
    if (!all) return null;
    const { truth, verdict = '' } = context.process;
    if (all.length === 0 && truth) {
      const lost = truth.definitely_lost.blocks + truth.indirectly_lost.blocks + truth.possibly_lost.blocks;
      return section('findings', 'Findings', null, empty('No findings.',
        lost > 0 ? verdict : 'Nothing is lost, and no place kept growing or stood out. This speaks for this run and the code that it reached.'));
    }
    if (all.length === 0) {
      const { live_blocks: blocks, live_bytes: bytes } = context.process.totals;
      return section('findings', 'Findings', null, empty('No findings.',
        blocks === 0
          ? 'Every recorded allocation was freed again, and no allocation site kept growing. This speaks for this run and the code that it reached.'
          : `No allocation site kept growing or stood out. ${format.bytes(bytes)} in ${format.plural(blocks, 'block')} were still live at the end of the recording; ` +
            'that alone is not a leak: caches, globals and buffers in use look the same. This speaks for this run and the code that it reached.'));
    }
    const list = h('div', { class: 'findings' }, ...all.slice(0, FIRST).map((finding) => card(context, finding)));
    const more = all.length > FIRST && h('button', {
      class: 'button more', attrs: { type: 'button' },
      on: {
        click: (event) => {
          append(list, ...all.slice(FIRST).map((finding) => card(context, finding)));
          list.querySelectorAll<HTMLElement>('summary')[FIRST]?.focus();
          (event.currentTarget as HTMLElement).remove();
        },
      },
    }, `Show all ${format.count(all.length)} findings`);
    return section('findings', 'Findings', null, list, more);
  },
};
