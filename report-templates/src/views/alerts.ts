// What the reader must know before trusting a number: lost events, cut traces, missing symbols. Nothing when all is well.
import type { View } from '../context';
import { h, icon, ICONS } from '../dom';
import * as format from '../format';
import { hasAnySymbols } from '../frames';
import type { Diagnostics } from '../model';

export function troubles(diagnostics: Diagnostics): string[] {
  const found: string[] = [];
  if (diagnostics.dropped_events) {
    found.push(`${format.plural(diagnostics.dropped_events, 'event')} could not be recorded: the figures below are too low, or blocks look live that were freed.`);
  }
  if (diagnostics.truncated) found.push('The trace has no end: the process was killed, crashed, or is still running. Everything up to its last recorded event is here.');
  if (diagnostics.torn_frames) found.push(`${format.plural(diagnostics.torn_frames, 'damaged frame')} of the trace could not be read to the end; the rest was used.`);
  if (diagnostics.recovered_from_journal) {
    found.push(`${diagnostics.recovered_events ? format.plural(diagnostics.recovered_events, 'event') : 'The last events'} came from the journal that the process left behind. Nothing to worry about: this is how the end of a killed process is kept.`);
  }
  return found;
}

export const alerts: View = {
  id: 'alerts',
  title: 'Notices',
  render({ process, frames }) {
    const diagnostics = process.diagnostics ?? {};
    const found = [...troubles(diagnostics), ...(diagnostics.warnings ?? [])];
    if (!hasAnySymbols(frames)) found.push('No source lines were found for any frame: names come from the symbol tables. Install debug information or pass --debug-dir to see files and lines.');
    if (found.length === 0) return null;
    const serious = Boolean(diagnostics.dropped_events || diagnostics.torn_frames || diagnostics.truncated);
    return h('aside', { class: `alerts ${serious ? 'warning' : ''}`, attrs: { 'aria-label': 'Notices about this recording' } },
      icon(ICONS.warning), h('ul', {}, ...found.map((text) => h('li', {}, text))));
  },
};
