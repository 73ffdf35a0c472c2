// The tree of recorded processes: which one the rest of the page is about.
import type { View } from '../context';
import { h } from '../dom';
import * as format from '../format';
import { baseName } from '../frames';
import type { Process } from '../model';
import { badge, bytesFigure } from '../parts/section';

interface Node { process: Process; index: number; children: Node[] }

// Parents come before their children; `parent` is the position of one, and what nobody started here is a root.
function tree(processes: Process[]): Node[] {
  const roots: Node[] = [];
  const nodes: Node[] = [];
  processes.forEach((process, index) => {
    const node: Node = { process, index, children: [] };
    const parent = process.parent === undefined ? undefined : nodes[process.parent];
    (parent ? parent.children : roots).push(node);
    nodes.push(node);
  });
  return roots;
}

export const processes: View = {
  id: 'processes',
  title: 'Processes',
  render({ report, process, store }) {
    if (report.processes.length < 2) return null;
    const item = (node: Node): HTMLElement => h('li', {},
      h('button', {
        class: 'process', attrs: { type: 'button', 'aria-current': node.process === process ? 'true' : null },
        on: { click: () => store.set({ process: node.index, open: -1, page: 0, from: '', to: '', range: '' }) },
      },
        h('span', { class: 'process-name' }, baseName(node.process.exe), h('span', { class: 'process-pid' }, ` ${node.process.pid}`)),
        badge(node.process.severity),
        h('span', { class: 'process-figures' }, 'peak ', bytesFigure(node.process.totals.peak_bytes), ', live ', bytesFigure(node.process.totals.live_bytes))),
      node.children.length > 0 && h('ul', {}, ...node.children.map(item)));
    return h('nav', { class: 'processes', attrs: { 'aria-label': `Processes in this report: ${report.processes.length}` } },
      h('h2', {}, format.plural(report.processes.length, 'process', 'processes')),
      h('ul', { class: 'process-tree' }, ...tree(report.processes).map(item)));
  },
};
