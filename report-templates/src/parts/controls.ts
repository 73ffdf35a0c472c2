// The controls that views share: tabs, a text filter, a switch.
import type { Context } from '../context';
import { type Child, h } from '../dom';
import { debounce } from './section';

export interface Choice { key: string; label: string }

// One of several, moved by arrow keys: a tab list for `panel`.
export function tabs(label: string, choices: Choice[], panel: HTMLElement, chosen: () => string, choose: (key: string) => void): { element: HTMLElement; update: () => void } {
  const buttons = choices.map((choice) => h('button', {
    class: 'tab', id: `${panel.id}-tab-${choice.key}`,
    attrs: { type: 'button', role: 'tab', 'aria-controls': panel.id, 'data-choice': choice.key },
    on: { click: () => choose(choice.key) },
  }, choice.label));
  const element = h('div', {
    class: 'tabs', attrs: { role: 'tablist', 'aria-label': label },
    on: {
      keydown: (event) => {
        const key = (event as KeyboardEvent).key;
        const at = choices.findIndex((choice) => choice.key === chosen());
        const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: choices.length - 1 }[key];
        if (to === undefined) return;
        event.preventDefault();
        const next = (to + choices.length) % choices.length;
        choose(choices[next]?.key ?? '');
        buttons[next]?.focus();
      },
    },
  }, ...buttons);
  const update = () => {
    for (const button of buttons) {
      const active = button.dataset['choice'] === chosen();
      button.setAttribute('aria-selected', String(active));
      button.tabIndex = active ? 0 : -1;
      if (active) panel.setAttribute('aria-labelledby', button.id);
    }
  };
  panel.setAttribute('role', 'tabpanel');
  update();
  return { element, update };
}

export function textFilter(label: string, placeholder: string, value: () => string, change: (text: string) => void): { element: HTMLElement; update: () => void } {
  const input = h('input', { class: 'field', attrs: { type: 'search', placeholder, 'aria-label': label, spellcheck: 'false', autocomplete: 'off' } });
  input.addEventListener('input', debounce(() => change(input.value), 120));
  const update = () => {
    if (input.value !== value()) input.value = value();
  };
  update();
  return { element: input, update };
}

export function toggle(label: string, value: () => boolean, change: (on: boolean) => void): { element: HTMLElement; update: () => void } {
  const input = h('input', { attrs: { type: 'checkbox' }, on: { change: () => change(input.checked) } });
  const update = () => {
    input.checked = value();
  };
  update();
  return { element: h('label', { class: 'toggle' }, input, label), update };
}

// Only offered when the report marks runtime frames at all.
export function systemToggle(context: Context): HTMLElement | null {
  if (!context.frames.hasSystemMarks) return null;
  const control = toggle('Hide system frames', () => context.store.get('own'), (on) => context.store.set({ own: on }));
  context.on(['own'], control.update);
  return control.element;
}

export function select(label: string, options: Choice[], value: () => string, change: (key: string) => void): { element: HTMLElement; update: () => void } {
  const input = h('select', { class: 'field', on: { change: () => change(input.value) } },
    ...options.map((option) => h('option', { attrs: { value: option.key } }, option.label)));
  const update = () => {
    input.value = value();
  };
  update();
  return { element: h('label', { class: 'labelled' }, h('span', {}, label), input), update };
}

export function toolbar(...children: Child[]): HTMLElement {
  return h('div', { class: 'toolbar' }, ...children);
}
