// Descriptors that are still open, by who opened them, and threads that nobody joined.
import type { Context, View } from '../context';
import { type Child, h } from '../dom';
import * as format from '../format';
import { callerOf } from '../frames';
import type { DescriptorSite, Resources, UnjoinedThread } from '../model';
import { countFigure, empty, facts, section } from '../parts/section';
import { siteName, stackList } from '../parts/stack';
import { DataTable } from '../parts/table';

const MOST_THINGS = 5;

function thingsOf(resources: Resources, site: DescriptorSite): string {
  const same = (stack: number[] | undefined) => stack?.join() === site.stack.join();
  const things = (resources.open_fds ?? []).filter((one) => one.function === site.function && same(one.stack) && one.what).map((one) => one.what);
  return things.slice(0, MOST_THINGS).join(', ') + (things.length > MOST_THINGS ? ', \u2026' : '');
}

function descriptorTable(context: Context, resources: Resources): HTMLElement {
  interface Row { site: DescriptorSite; index: number }
  const blamed = ({ site }: Row) => context.frames.blamed(site);
  const table = new DataTable<Row>({
    caption: 'Descriptors by call stack', key: (row) => row.index, pageSize: 15, empty: '',
    detail: (row) => h('div', {}, h('p', {}, thingsOf(resources, row.site)), stackList(context, row.site.stack, blamed(row))),
    columns: [
      { key: 'site', label: 'Opened in', value: (row) => blamed(row)?.function ?? '', cell: (row) => siteName(blamed(row), callerOf(context.frames, row.site.stack, blamed(row))) },
      { key: 'function', label: 'By', value: (row) => row.site.function, cell: (row) => h('code', {}, row.site.function) },
      { key: 'open', label: 'Still open', numeric: true, value: (row) => row.site.open, cell: (row) => countFigure(row.site.open) },
      { key: 'opened', label: 'Opened', numeric: true, minor: true, value: (row) => row.site.opened, cell: (row) => countFigure(row.site.opened) },
    ],
  });
  table.show((resources.fd_sites ?? []).map((site, index) => ({ site, index })), { sort: 'open' });
  return h('div', { class: 'panel' }, table.element);
}

function threadTable(context: Context, threads: UnjoinedThread[]): HTMLElement {
  interface Row { thread: UnjoinedThread; index: number }
  const blamed = ({ thread }: Row) => context.frames.blamed(thread);
  const table = new DataTable<Row>({
    caption: 'Threads that nobody joined or detached', key: (row) => row.index, pageSize: 15, empty: '',
    detail: (row) => stackList(context, row.thread.stack, blamed(row)),
    columns: [
      { key: 'site', label: 'Created in', value: (row) => blamed(row)?.function ?? '', cell: (row) => siteName(blamed(row), callerOf(context.frames, row.thread.stack, blamed(row))) },
      { key: 'state', label: 'At the end', value: (row) => row.thread.state, cell: (row) => row.thread.state },
      { key: 'name', label: 'Name', value: (row) => row.thread.name ?? '', cell: (row) => row.thread.name ?? '' },
      { key: 'created', label: 'Created at', numeric: true, value: (row) => row.thread.created_ns, cell: (row) => format.duration(row.thread.created_ns) },
    ],
  });
  table.show(threads.map((thread, index) => ({ thread, index })), { sort: 'created' });
  return h('div', { class: 'panel' }, table.element);
}

export const resources: View = {
  id: 'resources',
  title: 'Resources',
  render(context) {
    const all = context.process.resources;
    if (!all) return null;
    const intro = 'File descriptors that were opened and closed, and threads that were created and joined.';
    const rows: [string, Child][] = [];
    if (all.fds) rows.push(['Opened', countFigure(all.fds.opened)], ['Closed', countFigure(all.fds.closed)], ['Most at once', countFigure(all.fds.most_open)], ['Open at the end', countFigure(all.fds.open)]);
    if (all.threads) rows.push(['Threads created', countFigure(all.threads.created)], ['Never joined or detached', countFigure(all.threads.unjoined)]);
    const element = section('resources', 'Resources', intro, facts(rows, 'numbers'));
    const unjoined = all.unjoined_threads ?? [];
    if (!all.fd_sites?.length && !unjoined.length) element.append(empty('Nothing was opened and no thread is left.', all.fds?.open ? `The program opened no descriptor by itself; ${format.count(all.fds.open)} were open from the start.` : 'The program opened no descriptor by itself.'));
    if (all.fd_sites?.length) element.append(descriptorTable(context, all));
    if (unjoined.length) element.append(threadTable(context, unjoined));
    return element;
  },
};
