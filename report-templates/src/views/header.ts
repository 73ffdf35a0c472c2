// Who was measured, how it ended, and the one sentence that sums it up.
import type { View } from '../context';
import { type Child, h } from '../dom';
import * as format from '../format';
import { baseName } from '../frames';
import { badge, facts } from '../parts/section';

export const header: View = {
  id: 'overview',
  title: 'Overview',
  render({ process, report }) {
    const rows: [string, Child][] = [];
    if (process.argv?.length) rows.push(['Command', h('code', { class: 'command' }, format.commandLine(process.argv))]);
    rows.push(['Process', `${process.pid}${process.parent_pid ? `, child of ${process.parent_pid}` : ''}`]);
    if (process.forked_from) {
      rows.push(['Forked from', `${baseName(process.forked_from)}${process.fork_time_ns ? ` after ${format.duration(process.fork_time_ns)}` : ''}`]);
    }
    if (process.start_time_unix_ns) rows.push(['Started', format.moment(process.start_time_unix_ns)]);
    rows.push(['Ended', format.end(process.end)]);
    if (process.allocator) rows.push(['Allocator', process.allocator]);
    if (process.trace) rows.push(['Trace', h('code', {}, baseName(process.trace))]);
    if (report.tool?.version) rows.push(['Analyzed by', `${report.tool.name ?? 'leakscan'} ${report.tool.version}`]);
    return h('header', { class: 'hero' },
      h('div', { class: 'hero-title' }, h('h1', { title: process.exe }, baseName(process.exe)), badge(process.severity)),
      process.verdict && h('p', { class: 'verdict' }, process.verdict),
      facts(rows, 'hero-facts'));
  },
};
