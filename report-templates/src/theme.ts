// Light, dark, or as the system says. Remembered where the browser lets a file remember something.
import { h, icon, ICONS } from './dom';

const CHOICES = ['auto', 'light', 'dark'] as const;
type Choice = (typeof CHOICES)[number];
const KEY = 'leakscan-theme';
const listeners = new Set<() => void>();

function remembered(): Choice {
  try {
    const text = localStorage.getItem(KEY);
    return CHOICES.find((choice) => choice === text) ?? 'auto';
  } catch {
    return 'auto';
  }
}

let current: Choice = remembered();

function applyTheme(): void {
  if (current === 'auto') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = current;
  for (const run of listeners) run();
}

export function initTheme(): void {
  applyTheme();
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => listeners.forEach((run) => run()));
}

// Canvas drawings do not follow CSS by themselves.
export function onThemeChange(run: () => void): () => void {
  listeners.add(run);
  return () => listeners.delete(run);
}

export function cssColor(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

export function themeButton(): HTMLElement {
  const label = h('span');
  const button = h('button', {
    class: 'button quiet theme', attrs: { type: 'button' },
    on: {
      click: () => {
        current = CHOICES[(CHOICES.indexOf(current) + 1) % CHOICES.length] ?? 'auto';
        try {
          localStorage.setItem(KEY, current);
        } catch { /* a file may not remember: the choice lasts as long as the page */ }
        applyTheme();
        show();
      },
    },
  }, icon(ICONS.sun), label);
  function show(): void {
    label.textContent = { auto: 'Auto', light: 'Light', dark: 'Dark' }[current];
    button.setAttribute('aria-label', `Colours: ${label.textContent}. Change`);
  }
  show();
  return button;
}
