// The page of two recordings compared.
import { baseName } from '../frames';
import { shell } from '../shell';
import { Store } from '../state';
import { flame } from './flame';
import type { DiffReport } from './model';
import { head, leaks, places, totals, types } from './views';

export function drawDiff(report: DiffReport, root: HTMLElement): void {
  const store = new Store();
  const { main, showLinks, scrollTo } = shell(root, store, report.tool);
  document.title = `${baseName(report.after.program)} - two recordings compared`;
  const sections = [
    { id: 'totals', title: 'Totals', element: totals(report) },
    { id: 'leaks', title: 'Leaks', element: leaks(report) },
    { id: 'places', title: 'Places', element: places(report, store) },
    { id: 'flame', title: 'Flame graph', element: flame(report, store) },
    { id: 'types', title: 'Types', element: types(report) },
  ].flatMap(({ element, ...one }) => (element ? [{ ...one, element }] : []));
  main.replaceChildren(head(report), ...sections.map(({ element }) => element));
  showLinks(sections);
  scrollTo(store.get('section'), 'auto');
}
