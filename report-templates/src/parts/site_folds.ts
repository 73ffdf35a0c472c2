// A short list of sites that open into their details, largest first.
import type { Context } from '../context';
import { h, icon, ICONS } from '../dom';
import * as format from '../format';
import { callerOf, type Site } from '../model';
import { amountText, type Cost } from './costs';
import { rankingOf } from './order';
import { siteDetail } from './sites';
import { siteName } from './stack';

const FIRST = 5;
const MORE = 100;

// Built when it is opened, as a stack may be long.
function siteFold(context: Context, site: Site, cost: Cost): HTMLElement {
  const frame = context.frames.blamed(site);
  const fold = h('details', { class: 'fold' }, h('summary', {}, icon(ICONS.chevron),
    h('span', { class: 'fold-amount' }, amountText(cost, cost.of(site))), siteName(frame, callerOf(context.frames, site.stack, frame))));
  fold.addEventListener('toggle', () => {
    if (fold.open && fold.childElementCount === 1) fold.append(siteDetail(context, site));
  });
  return h('li', {}, fold);
}

export function siteFolds(context: Context, sites: Site[], cost: Cost): HTMLElement {
  const ranking = rankingOf(sites, cost.of);
  const list = h('ul', { class: 'folds' }, ...ranking.slice(0, FIRST).map((site) => siteFold(context, site, cost)));
  if (sites.length > FIRST) {
    const more = h('button', { class: 'button', attrs: { type: 'button' } }, `Show ${format.plural(Math.min(MORE, sites.length - FIRST), 'more stack')}`);
    more.addEventListener('click', () => {
      list.append(...ranking.slice(FIRST, FIRST + MORE).map((site) => siteFold(context, site, cost)));
      list.querySelectorAll<HTMLElement>('summary')[FIRST]?.focus();
      more.parentElement?.remove();
    });
    list.append(h('li', {}, more));
  }
  return list;
}
