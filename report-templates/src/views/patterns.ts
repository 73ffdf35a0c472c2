// The pages about the kinds of leaks that this report names: what they are, and code that leaks and that does not.
import type { Context, View } from '../context';
import { h } from '../dom';
import type { PatternPage } from '../model';
import { section } from '../parts/section';

function article(page: PatternPage, shown: Set<string>): HTMLElement {
  const related = page.related.filter((kind) => shown.has(kind));
  return h('article', { class: 'pattern-page', id: `pattern-${page.kind}`, attrs: { tabindex: -1 } },
    h('h3', {}, page.name), h('p', {}, page.summary),
    h('h4', {}, 'How it is recognised'), h('p', { class: 'muted' }, page.recognised_by),
    h('div', { class: 'pattern-code' },
      h('figure', { class: 'bad' }, h('figcaption', {}, 'Leaks'), h('pre', { attrs: { tabindex: 0 } }, h('code', {}, page.bad))),
      h('figure', { class: 'good' }, h('figcaption', {}, 'Does not'), h('pre', { attrs: { tabindex: 0 } }, h('code', {}, page.good)))),
    h('h4', {}, 'What to do'), h('p', {}, page.advice),
    related.length > 0 && h('p', { class: 'muted' }, 'See also: ', ...related.flatMap((kind, i) => [i > 0 && ', ', patternLink(kind, kind)])));
}

// Leads to the page about the kind.
export function patternLink(kind: string, text: string): HTMLElement {
  const link = h('a', { class: 'pattern-link', attrs: { href: '#section=patterns' } }, text);
  link.addEventListener('click', (event) => {
    event.preventDefault();
    const page = document.getElementById(`pattern-${kind}`);
    page?.scrollIntoView({ behavior: matchMedia('(prefers-reduced-motion: reduce)').matches ? 'auto' : 'smooth' });
    page?.focus({ preventScroll: true });
  });
  return link;
}

// Of the findings of this process only.
function pagesFor({ report, process }: Context): PatternPage[] {
  const kinds = new Set((process.findings ?? []).map((finding) => finding.pattern?.kind));
  return (report.patterns ?? []).filter((page) => kinds.has(page.kind));
}

export const patterns: View = {
  id: 'patterns',
  title: 'Kinds of leaks',
  render(context) {
    const pages = pagesFor(context);
    if (pages.length === 0) return null;
    const shown = new Set(pages.map((page) => page.kind));
    return section('patterns', 'Kinds of leaks', 'What the kinds named above are; leakscan explain prints the same pages.',
      h('div', { class: 'pattern-pages' }, ...pages.map((page) => article(page, shown))));
  },
};
