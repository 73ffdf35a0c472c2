// Why blocks of a site are still there: their classes, who alone holds them, and a way from a root to one of them.
import { type Child, h } from '../dom';
import * as format from '../format';
import type { Held, RetentionPath, Site } from '../model';
import { columnPicture } from './column_picture';
import { bytesFigure, countFigure } from './section';

const CLASS_NAMES = [
  { key: 'definitely_lost', name: 'definitely lost' },
  { key: 'indirectly_lost', name: 'indirectly lost' },
  { key: 'possibly_lost', name: 'possibly lost' },
  { key: 'still_reachable', name: 'still reachable' },
] as const;

function amount(before: string, { bytes, blocks }: { bytes: number; blocks: number }, after = ''): HTMLElement {
  return h('span', {}, before, bytesFigure(bytes), ' in ', countFigure(blocks), blocks === 1 ? ' block' : ' blocks', after);
}

export function heldText(held: Held): HTMLElement {
  return amount(`${held.root}: `, held);
}

export function pathPicture(path: RetentionPath): HTMLElement {
  const last = path.steps.length - 1;
  const nodes = path.steps.map((step, i) => ({ title: step.type || 'block', note: format.bytes(step.size), tone: i === last ? 'end' as const : 'block' as const }));
  const edges = path.steps.map((step, i) => ({ from: i, to: i + 1, label: i === 0 ? 'points to' : `at offset ${step.offset}` }));
  const words = path.steps.map((step, i) => `${i === 0 ? '' : `at offset ${step.offset} `}to ${step.type || 'a block'} of ${format.bytes(step.size)}`);
  // "g_cache (libapp.so)"; roots that are not variables have one part only.
  const [, name, place] = /^(.*?)(?: \(([^()]*)\))?$/.exec(path.root) ?? [];
  return columnPicture([{ title: name ?? path.root, note: place ?? 'root', tone: 'root' }, ...nodes], edges, `From ${path.root} ${words.join(', ')}`);
}

function list(items: HTMLElement[]): Child {
  return items.length === 1 ? items[0] : h('ul', {}, ...items.map((item) => h('li', {}, item)));
}

// Rows for the figures of a site; none without a scan of the heap.
export function retentionRows(site: Site): [string, Child][] {
  const rows: [string, Child][] = [];
  const classes = CLASS_NAMES.filter(({ key }) => (site.lost?.[key].blocks ?? 0) > 0).map(({ key, name }) => amount('', site.lost![key], ` ${name}`));
  if (classes.length > 0) rows.push(['Reachability', list(classes)]);
  if (site.retained_lost && site.retained_lost.bytes > 0) rows.push(['Lost with what it holds', amount('', site.retained_lost)]);
  if (site.types?.length) rows.push(['Types', list(site.types.map((type) => amount(`${type.name}, `, type)))]);
  if (site.retained_by?.length) rows.push(['Held by', list(site.retained_by.map(heldText))]);
  return rows;
}
