// Files that the page makes itself: nothing goes through a network.
import { h } from '../dom';

export function offer(name: string, content: Blob): void {
  const url = URL.createObjectURL(content);
  h('a', { attrs: { href: url, download: name } }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10000);
}

// A text that a spreadsheet would take for a formula gets a quote in front.
function cell(value: string | number): string {
  return typeof value === 'number' ? String(value) : `"${value.replaceAll('"', '""').replace(/^([=+@-])/, "'$1")}"`;
}

export function offerCsv(name: string, head: string[], rows: (string | number)[][]): void {
  offer(name, new Blob([[head.join(','), ...rows.map((row) => row.map(cell).join(','))].join('\r\n')], { type: 'text/csv' }));
}
