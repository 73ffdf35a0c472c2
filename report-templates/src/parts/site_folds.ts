// A short list of sites that open into their details, largest first.
import type { Context } from '../context';
import { h, icon, ICONS } from '../dom';
import * as format from '../format';
import { callerOf } from '../frames';
import { pick } from './columns';
import { amountText, type Cost } from './costs';
import { Ranking } from './order';
import { siteDetail } from './sites';
import { siteName } from './stack';

const FIRST = 5;
const MORE = 100;

// Built when it is opened, as a stack may be long.
function siteFold(context: Context, position: number, cost: Cost, amount: number): HTMLElement | null {
  const site = context.process.sites?.[position];
  if (!site) return null;
  const frame = context.frames.blamed(site);
  const fold = h('details', { class: 'fold' }, h('summary', {}, icon(ICONS.chevron),
    h('span', { class: 'fold-amount' }, amountText(cost, amount)), siteName(frame, callerOf(context.frames, site.stack, frame))));
  fold.addEventListener('toggle', () => {
    if (fold.open && fold.childElementCount === 1) fold.append(siteDetail(context, site));
  });
  return h('li', {}, fold);
}

// Of sites by their positions.
export function siteFolds(context: Context, sites: Int32Array, cost: Cost): HTMLElement {
  const all = cost.all();
  const ranking = new Ranking<number>(sites, pick(all, sites));
  const folds = (from: number, to: number) => ranking.slice(from, to).flatMap((at) => siteFold(context, at, cost, all[at] as number) ?? []);
  const list = h('ul', { class: 'folds' }, ...folds(0, FIRST));
  if (sites.length > FIRST) {
    const more = h('button', { class: 'button', attrs: { type: 'button' } }, `Show ${format.plural(Math.min(MORE, sites.length - FIRST), 'more stack')}`);
    more.addEventListener('click', () => {
      list.append(...folds(FIRST, FIRST + MORE));
      list.querySelectorAll<HTMLElement>('summary')[FIRST]?.focus();
      more.parentElement?.remove();
    });
    list.append(h('li', {}, more));
  }
  return list;
}
