// How long blocks lived that were freed again.
import type { View } from '../context';
import * as format from '../format';
import { histogram } from '../parts/histogram';
import { note, section } from '../parts/section';

function timeText(ns: number): string {
  const [by, unit] = ns < 1e3 ? [1, 'ns'] : ns < 1e6 ? [1e3, '\u00b5s'] : ns < 1e9 ? [1e6, 'ms'] : [1e9, 's'];
  return ns < 60e9 ? `${Number((ns / by).toPrecision(3))} ${unit}` : format.duration(ns);
}

export const lifetimes: View = {
  id: 'lifetimes',
  title: 'Lifetimes',
  render({ process }) {
    const classes = process.lifetimes;
    if (!classes || classes.length === 0) return null;
    const rows = classes.map((one) => ({
      label: one.min_ns === 0 ? 'no measurable time' : `${timeText(one.min_ns)} to ${timeText(one.min_ns * 2)}`, count: one.blocks, bytes: one.bytes,
    }));
    const freed = classes.reduce((sum, one) => ({ count: sum.count + one.blocks, bytes: sum.bytes + one.bytes }), { count: 0, bytes: 0 });
    const { live_blocks: blocks, live_bytes: bytes } = process.totals;
    const element = section('lifetimes', 'Lifetimes', 'From the allocation of a block to its free. What lives shortly is often avoidable work; what is freed late may be kept for longer than it is needed.',
      histogram('Freed blocks by how long they lived', 'Lived for', 'Freed blocks', rows, freed));
    if (blocks > 0) element.append(note(`${format.plural(blocks, 'block')} with ${format.bytes(bytes)} were never freed, and are not among these.`));
    if ((process.lifetime_resolution_ns ?? 0) >= 1000) element.append(note(`Times in this recording are known to ${timeText(process.lifetime_resolution_ns ?? 0)}.`));
    return element;
  },
};
