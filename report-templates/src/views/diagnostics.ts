// How complete the recording is: every counter, also the ones that are zero.
import type { View } from '../context';
import { type Child, h } from '../dom';
import * as format from '../format';
import { countFigure, empty, facts, section } from '../parts/section';
import { troubles } from './alerts';

export const diagnostics: View = {
  id: 'diagnostics',
  title: 'Recording quality',
  render({ process }) {
    const d = process.diagnostics;
    if (!d) return null;
    const rows: [string, Child][] = [];
    const number = (name: string, value: number | undefined) => {
      if (value !== undefined) rows.push([name, h('span', { class: value > 0 ? 'attention' : '' }, countFigure(value))]);
    };
    if (process.totals.events !== undefined) rows.push(['Events', countFigure(process.totals.events)]);
    number('Dropped events', d.dropped_events);
    number('Damaged frames', d.torn_frames);
    number('Skipped bytes', d.skipped_bytes);
    if (d.first_damage_offset !== undefined && d.first_damage_offset !== null) rows.push(['First damage at byte', countFigure(d.first_damage_offset)]);
    number('Records of a newer kind', d.unknown_records);
    number('Frees of blocks never seen', d.unknown_frees);
    number('Addresses allocated twice', d.double_allocations);
    number('Failed allocations', process.totals.failed_allocations);
    if (d.truncated !== undefined) rows.push(['Trace has its end', d.truncated ? 'no' : 'yes']);
    if (d.recovered_from_journal !== undefined) rows.push(['Recovered from the journal', d.recovered_from_journal ? `yes${d.recovered_events ? `, ${format.plural(d.recovered_events, 'event')}` : ''}` : 'no']);
    const calm = troubles(d).length === 0 && (d.warnings ?? []).length === 0;
    return section('diagnostics', 'Recording quality', null, calm && empty('Nothing was lost.', 'Every event that the process recorded is in this report.'), facts(rows, 'facts grid'));
  },
};
