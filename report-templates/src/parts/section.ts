// The frame that every view sits in, and the small pieces that many of them share.
import { append, type Child, figure, h, icon, ICONS } from '../dom';
import * as format from '../format';
import type { SeverityName } from '../model';

export function section(id: string, title: string, intro: Child, ...children: Child[]): HTMLElement {
  const element = h('section', { id, class: 'section', attrs: { 'aria-labelledby': `${id}-title`, tabindex: -1 } },
    h('h2', { id: `${id}-title` }, title), intro && h('p', { class: 'intro' }, intro));
  append(element, ...children);
  return element;
}

export function bytesFigure(value: number): HTMLElement {
  return figure(value, format.bytes(value), `${format.count(value)} bytes`);
}

// Estimates of a sampled trace carry their 99 % error.
export function estimateFigure(value: number, error: number | undefined): HTMLElement {
  return error ? h('span', { class: 'estimate' }, bytesFigure(value), h('span', { class: 'error' }, ` \u00b1 ${format.bytes(error)}`)) : bytesFigure(value);
}

export function countFigure(value: number): HTMLElement {
  return figure(value, format.count(value));
}

const SEVERITY_TEXT: Record<SeverityName, string> = { good: 'Good', warning: 'Warning', critical: 'Critical' };

export function badge(severity: SeverityName | undefined): HTMLElement | null {
  if (!severity) return null;
  return h('span', { class: `badge ${severity}` }, icon(ICONS[severity]), SEVERITY_TEXT[severity] ?? severity);
}

export function empty(title: string, text: Child): HTMLElement {
  return h('div', { class: 'empty' }, h('p', { class: 'empty-title' }, title), h('p', {}, text));
}

export function note(text: Child): HTMLElement {
  return h('p', { class: 'note' }, text);
}

// A bar from 0 to `part / whole`; the number beside it says the same in text.
export function bar(part: number, whole: number): HTMLElement {
  const share = whole > 0 ? Math.min(1, Math.max(0, part / whole)) : 0;
  return h('span', { class: 'bar', attrs: { 'aria-hidden': 'true' } }, share > 0 && h('span', { class: 'bar-fill', style: { width: `${(share * 100).toFixed(2)}%` } }));
}

export function debounce(run: () => void, delayMs: number): () => void {
  let timer = 0;
  return () => {
    clearTimeout(timer);
    timer = window.setTimeout(run, delayMs);
  };
}

// Names and values side by side.
export function facts(rows: [string, Child][], className = 'facts'): HTMLElement {
  return h('dl', { class: className }, ...rows.map(([name, value]) => h('div', {}, h('dt', {}, name), h('dd', {}, value))));
}
