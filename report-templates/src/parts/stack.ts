// Call stacks and the one-line name of a site.
import type { Context } from '../context';
import { h } from '../dom';
import * as format from '../format';
import { frameFullLocation, frameLocation } from '../frames';
import type { Frame } from '../model';

// Long C++ names may break where a reader would: after scopes, template brackets and commas.
export function breakable(name: string): Node {
  const parts = document.createDocumentFragment();
  for (const part of name.split(/(?<=::|[<,(])/)) parts.append(part, document.createElement('wbr'));
  return parts;
}

// Function, place and who called it, for a table cell or a heading.
export function siteName(frame: Frame | undefined, caller?: Frame): HTMLElement {
  if (!frame) return h('span', { class: 'site' }, h('span', { class: 'site-function unknown' }, '(no stack recorded)'));
  const place = frameLocation(frame);
  return h('span', { class: 'site', title: [frame.function, frameFullLocation(frame)].filter(Boolean).join('\n') },
    h('span', { class: 'site-function' }, breakable(frame.function)), place && h('span', { class: 'site-place' }, place),
    caller && h('span', { class: 'site-caller', title: caller.function }, `from ${caller.function.replaceAll('(anonymous namespace)::', '')}`));
}

function line(frame: Frame, blamed: boolean): HTMLElement {
  return h('li', { class: ['frame', frame.system && 'system', blamed && 'blamed'].filter(Boolean).join(' ') },
    h('span', { class: 'frame-function' }, breakable(frame.function),
      frame.inlined && h('span', { class: 'tag', title: 'Inlined into the frame below' }, 'inlined'),
      blamed && h('span', { class: 'tag strong', title: 'The first frame that is not runtime code' }, 'blamed')),
    h('span', { class: 'frame-place', title: frame.address === undefined ? undefined : format.hex(frame.address) }, frameFullLocation(frame)));
}

// Leaf first, as it was called last. Follows "hide system frames" by itself.
export function stackList(context: Context, stack: number[], blamed: Frame | undefined): HTMLElement {
  const list = h('ol', { class: 'stack', attrs: { 'aria-label': 'Call stack, innermost function first' } });
  const draw = () => {
    list.replaceChildren();
    let skipped = 0;
    const flush = () => {
      if (skipped > 0) list.append(h('li', { class: 'frame skipped' }, `${format.plural(skipped, 'system frame')} hidden`));
      skipped = 0;
    };
    for (const id of stack) {
      const frame = context.frames.get(id);
      if (context.store.get('own') && frame.system) {
        ++skipped;
        continue;
      }
      flush();
      list.append(line(frame, frame.id === blamed?.id));
    }
    flush();
    if (stack.length === 0) list.append(h('li', { class: 'frame skipped' }, 'No stack was recorded for these allocations.'));
  };
  draw();
  const end = context.store.on(['own'], () => (list.isConnected ? draw() : end()));
  return list;
}
