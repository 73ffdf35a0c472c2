// What every page has around its views: the bar with the sections, the end of the page.
import { h } from './dom';
import type { Store } from './state';
import { themeButton } from './theme';

export interface Shell { main: HTMLElement; bar: HTMLElement; showLinks(sections: { id: string; title: string }[]): void; links: HTMLElement; scrollTo(id: string, behavior: ScrollBehavior): void }

export function smooth(): ScrollBehavior {
  return matchMedia('(prefers-reduced-motion: reduce)').matches ? 'auto' : 'smooth';
}

export function shell(root: HTMLElement, store: Store, tool: { name?: string; version?: string } | undefined): Shell {
  const main = h('main', { id: 'content', attrs: { tabindex: -1 } });
  const links = h('ul');
  const skip = h('a', { class: 'skip', attrs: { href: '#content' } }, 'Skip to the report');
  skip.addEventListener('click', (event) => {
    event.preventDefault();  // the hash is the reader's state, not an anchor
    main.focus();
  });
  const bar = h('header', { class: 'topbar' }, h('div', { class: 'topbar-inner' },
    h('span', { class: 'brand' }, 'leakscan'), h('nav', { class: 'sections', attrs: { 'aria-label': 'Sections' } }, links), themeButton()));
  root.replaceChildren(skip, bar, main,
    h('footer', { class: 'page-end' }, `Made by ${tool?.name ?? 'leakscan'} ${tool?.version ?? ''}. This file is complete in itself and loads nothing.`));
  const scrollTo = (id: string, behavior: ScrollBehavior) => {
    if (id !== '') document.getElementById(id)?.scrollIntoView({ behavior, block: 'start' });
  };
  const showLinks = (sections: { id: string; title: string }[]) => links.replaceChildren(...sections.map(({ id, title }) => {
    const link = h('a', { attrs: { href: `#section=${id}` } }, title);
    link.addEventListener('click', (event) => {
      event.preventDefault();
      if (store.get('section') === id) scrollTo(id, smooth());
      else store.set({ section: id });
      document.getElementById(id)?.focus({ preventScroll: true });
    });
    return h('li', {}, link);
  }));
  store.on(['section'], () => scrollTo(store.get('section'), smooth()));
  return { main, bar, links, showLinks, scrollTo };
}
