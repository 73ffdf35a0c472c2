// The lines of source code around a frame, with the one that it stands in.
import { h } from '../dom';
import { frameLocation } from '../frames';
import type { Frame } from '../model';

export function sourceLines(frame: Frame | undefined): HTMLElement | null {
  if (!frame?.source || frame.source.lines.length === 0) return null;
  const { first_line: first, lines } = frame.source;
  const indent = Math.min(...lines.filter((text) => text.trim() !== '').map((text) => text.length - text.trimStart().length));
  return h('div', { class: 'source', attrs: { role: 'group', 'aria-label': `Source code around ${frameLocation(frame)}`, tabindex: 0 } },
    ...lines.map((text, i) => {
      const here = first + i === frame.line;
      return h('div', { class: here ? 'source-line here' : 'source-line' }, h('span', { class: 'source-number' }, String(first + i)),
        h('code', {}, text.slice(Number.isFinite(indent) ? indent : 0) || ' '), here && h('span', { class: 'visually-hidden' }, ' (the blamed line)'));
    }));
}
