// Unpacks the data, then draws the page: what stays for all processes here, the rest by the views, in reading order.
import { workAhead } from './ahead';
import type { Context, View } from './context';
import { readReport } from './data';
import { isDiff } from './diff/model';
import { drawDiff } from './diff/page';
import { h } from './dom';
import * as format from './format';
import { afterFrame, whenIdle } from './later';
import { baseName, FrameTable } from './frames';
import type { Report } from './model';
import { rangeInTime, setRange } from './parts/range';
import { type Shell, shell } from './shell';
import { Store } from './state';
import { initTheme } from './theme';
import { alerts } from './views/alerts';
import { compare } from './views/compare';
import { consumers } from './views/consumers';
import { diagnostics } from './views/diagnostics';
import { cycles } from './views/cycles';
import { figures } from './views/figures';
import { findings } from './views/findings';
import { flame } from './views/flame';
import { graphDelta, rings, weaklyHeld } from './views/graph_lists';
import { header } from './views/header';
import { lifetimes } from './views/lifetimes';
import { mappings } from './views/mappings';
import { modules } from './views/modules';
import { patterns } from './views/patterns';
import { processes } from './views/processes';
import { resources } from './views/resources';
import { sizes } from './views/sizes';
import { terms } from './views/terms';
import { threads } from './views/threads';
import { timeline } from './views/timeline';
import { truth } from './views/truth';
import { types } from './views/types';

const TOP: View[] = [header, alerts, processes, figures];
const SECTIONS: View[] = [
  findings, truth, cycles, rings, weaklyHeld, graphDelta, timeline, consumers, types, flame, compare, mappings,
  resources, sizes, lifetimes, threads, modules, diagnostics, patterns, terms,
];

class Page {
  private readonly frames: FrameTable;
  private readonly store = new Store();
  private readonly shell: Shell;
  private readonly range = h('div', { class: 'rangebar', hidden: true, attrs: { role: 'status' } });
  private ends: (() => void)[] = [];

  constructor(private readonly report: Report, root: HTMLElement) {
    this.frames = new FrameTable(report.frames ?? []);
    this.shell = shell(root, this.store, report.tool);
    this.shell.bar.append(this.range);
    this.store.on(['process'], () => this.draw());
    this.draw();
    this.shell.scrollTo(this.store.get('section'), 'auto');
  }

  private draw(): void {
    for (const end of this.ends) end();
    this.ends = [];
    const index = Math.min(Math.max(0, this.store.get('process')), this.report.processes.length - 1);
    const process = this.report.processes[index];
    if (!process) return;
    const context: Context = {
      report: this.report, frames: this.frames, process, store: this.store,
      on: (keys, run) => this.ends.push(this.store.on(keys, run)),
      atEnd: (run) => this.ends.push(run),
    };
    document.title = `${baseName(process.exe)} (${process.pid}) - memory report`;
    const top = TOP.map((view) => view.render(context));
    const shown = SECTIONS.flatMap((view) => {
      const element = view.follows ? this.following(view, context) : view.render(context);
      return element ? [{ view, element }] : [];
    });
    this.rangeBar(context);
    this.shell.main.replaceChildren(...top.filter((element) => element !== null), ...shown.map(({ element }) => element));
    this.shell.showLinks(shown.map(({ view }) => view));
    this.markWhereWeAre(shown.map(({ view }) => view.id));
    workAhead(context);
  }

  // A view that is rendered anew ends what its former self listened to. It hears first, so that the old one does not
  // draw in vain. It waits for the frame in which the view answers that the reader works in, and for what is in sight if
  // itself is not, and says so.
  private following(view: View, context: Context): HTMLElement | null {
    let ends: (() => void)[] = [];
    let element: HTMLElement | null = null;
    const end = () => {
      for (const one of ends) one();
      ends = [];
    };
    const render = () => view.render({ ...context, on: (keys, run) => ends.push(context.store.on(keys, run)), atEnd: (run) => ends.push(run) });
    let waits = false;
    let ended = false;
    const draw = () => {
      waits = false;
      if (ended) return;
      end();
      const next = render();
      if (next) element?.replaceWith(next);
      element = next ?? element;
    };
    context.on(view.follows ?? [], () => {
      end();
      if (waits) return;
      waits = true;
      element?.setAttribute('aria-busy', 'true');
      afterFrame(() => (element && isInSight(element) ? draw() : whenIdle(draw)));
    });
    context.atEnd(() => {
      ended = true;
      end();
    });
    element = render();
    return element;
  }

  // Says in every part of the page that a range is in force, and what does not know about it.
  private rangeBar(context: Context): void {
    const draw = () => {
      const range = rangeInTime(context);
      this.range.hidden = range === null;
      if (!range) return;
      this.range.replaceChildren(
        h('span', {}, h('strong', {}, `${format.duration(range.fromNs)} to ${format.duration(range.toNs)}. `), 'Lists, flame graph and snapshots follow this range; all else is of the whole run.'),
        h('button', { class: 'button', attrs: { type: 'button' }, on: { click: () => setRange(context, '') } }, 'Whole run'));
    };
    draw();
    context.on(['range'], draw);
  }

  // The link of the section that is being read stands out.
  private markWhereWeAre(ids: string[]): void {
    const watch = new IntersectionObserver(() => {
      const at = ids.findLastIndex((id) => (document.getElementById(id)?.getBoundingClientRect().top ?? Infinity) < innerHeight * 0.4);
      this.shell.links.querySelectorAll('a').forEach((link, i) => {
        if (i === at) link.setAttribute('aria-current', 'true');
        else link.removeAttribute('aria-current');
      });
    }, { rootMargin: '-40% 0px -59% 0px' });
    for (const section of this.shell.main.querySelectorAll('.section')) watch.observe(section);
    this.ends.push(() => watch.disconnect());
  }
}

function isInSight(element: HTMLElement): boolean {
  const { top, bottom } = element.getBoundingClientRect();
  return bottom > 0 && top < innerHeight;
}

async function start(): Promise<void> {
  initTheme();
  const root = document.getElementById('app');
  if (!root) return;
  try {
    const report = await readReport();
    if (isDiff(report)) drawDiff(report, root);
    else new Page(report, root);
    document.documentElement.dataset['ready'] = 'true';
    afterFrame(() => (document.documentElement.dataset['drawn'] = 'true'));
  } catch (error) {
    console.error(error);
    root.replaceChildren(h('main', { class: 'failure', attrs: { role: 'alert' } },
      h('h1', {}, 'This report cannot be shown.'), h('p', {}, error instanceof Error ? error.message : String(error))));
  }
}

void start();
