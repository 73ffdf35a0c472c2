// Elements without markup: every string of the report goes through textContent or an attribute, never through HTML.

export type Child = Node | string | number | null | undefined | false;

export interface Props {
  class?: string | undefined;
  id?: string;
  title?: string | undefined;
  hidden?: boolean;
  attrs?: Record<string, string | number | boolean | null | undefined>;
  on?: Record<string, (event: Event) => void>;
  style?: Record<string, string>;
}

function apply(element: HTMLElement | SVGElement, props: Props, children: Child[]): void {
  if (props.class) element.setAttribute('class', props.class);
  if (props.id) element.id = props.id;
  if (props.title) element.setAttribute('title', props.title);
  if (props.hidden) element.setAttribute('hidden', '');
  for (const [name, value] of Object.entries(props.attrs ?? {})) {
    if (value !== null && value !== undefined && value !== false) element.setAttribute(name, value === true ? '' : String(value));
  }
  for (const [name, handler] of Object.entries(props.on ?? {})) element.addEventListener(name, handler);
  for (const [name, value] of Object.entries(props.style ?? {})) element.style.setProperty(name, value);
  append(element, ...children);
}

export function append(parent: Element, ...children: Child[]): void {
  for (const child of children) {
    if (child !== null && child !== undefined && child !== false) parent.append(typeof child === 'number' ? String(child) : child);
  }
}

export function h<K extends keyof HTMLElementTagNameMap>(tag: K, props: Props = {}, ...children: Child[]): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  apply(element, props, children);
  return element;
}

export function svg<K extends keyof SVGElementTagNameMap>(tag: K, props: Props = {}, ...children: Child[]): SVGElementTagNameMap[K] {
  const element = document.createElementNS('http://www.w3.org/2000/svg', tag);
  apply(element, props, children);
  return element;
}

export function replace(parent: Element, ...children: Child[]): void {
  parent.replaceChildren();
  append(parent, ...children);
}

// A figure that keeps its exact value next to the rounded text: for copy, for tests, for the curious.
export function figure(value: number, text: string, exact?: string): HTMLDataElement {
  const element = h('data', exact === undefined || exact === text ? {} : { title: exact }, text);
  element.value = String(value);
  return element;
}

let lastId = 0;
export function uniqueId(prefix: string): string {
  return `${prefix}-${++lastId}`;
}

// Path data lives in code: icons are drawn, not loaded.
export function icon(path: string): SVGSVGElement {
  return svg('svg', { class: 'icon', attrs: { viewBox: '0 0 16 16', 'aria-hidden': 'true', focusable: 'false' } },
    svg('path', { attrs: { d: path, fill: 'none', stroke: 'currentColor', 'stroke-width': 1.6, 'stroke-linecap': 'round', 'stroke-linejoin': 'round' } }));
}

export const ICONS = {
  chevron: 'M6 3.5 10.5 8 6 12.5',
  sun: 'M8 5.2a2.8 2.8 0 1 0 0 5.6 2.8 2.8 0 0 0 0-5.6ZM8 1v1.4M8 13.6V15M1 8h1.4M13.6 8H15M3 3l1 1M12 12l1 1M13 3l-1 1M4 12l-1 1',
  good: 'M3 8.5 6.5 12 13 4.5',
  warning: 'M8 2 1.8 13.2h12.4L8 2ZM8 6.4v3.2M8 11.6v.1',
  critical: 'M5.3 1.8h5.4l3.5 3.5v5.4l-3.5 3.5H5.3l-3.5-3.5V5.3ZM8 4.9v3.6M8 11v.1',
  swap: 'M2 5.5h11M10 2.5l3 3-3 3M14 11H3M6 8l-3 3 3 3',
};
