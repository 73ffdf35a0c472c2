// What a view gets to work with: one process of the report, and the choices of the reader.
import type { FrameTable } from './frames';
import type { Process, Report } from './model';
import type { State, Store } from './state';

export interface Context {
  report: Report;
  frames: FrameTable;
  process: Process;
  store: Store;
  // Subscribes for as long as this process is shown.
  on(keys: (keyof State)[], run: () => void): void;
  // Runs when the process is no longer shown: observers and charts are let go here.
  atEnd(run: () => void): void;
}

// One view a file. `render` returns null when the report has nothing for it: then it is not in the page at all.
export interface View {
  id: string;
  title: string;
  follows?: (keyof State)[];  // rendered anew when one of these changes
  render(context: Context): HTMLElement | null;
}
