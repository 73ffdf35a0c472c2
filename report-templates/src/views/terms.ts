// What the words of this page mean; words of a part that this report lacks are left out.
import type { View } from '../context';
import { h } from '../dom';
import type { Process } from '../model';
import { section } from '../parts/section';

interface Term { name: string; meaning: string; when?: (process: Process) => boolean }

const scanned = (process: Process) => process.truth !== undefined;

const TERMS: Term[] = [
  { name: 'Allocation site', meaning: 'A distinct call stack that allocates. Two calls from different lines are two sites.' },
  { name: 'Blamed frame', meaning: 'The innermost function of a stack that is not runtime code: where to look first.' },
  { name: 'System frame', meaning: 'A function of the C or C++ runtime or its headers.' },
  { name: 'Live', meaning: 'Allocated and not freed yet. At the end of a run this alone is no leak.' },
  { name: 'Peak', meaning: 'The moment when the heap was largest; what a site held then is its share of the peak.' },
  { name: 'Temporary', meaning: 'An allocation freed by the very next heap event of its thread: often avoidable work.' },
  { name: 'Growth', meaning: 'The slope of the live bytes over the run. Steady growth that does not end is what a leak looks like from outside.' },
  { name: 'RSS', meaning: 'Resident set size: the memory that the kernel keeps for the process. It includes what the allocator holds back for later.' },
  { name: 'Mapping', meaning: 'Memory that the program asked of the kernel by itself, by mmap; not part of the heap.' },
  { name: 'Snapshot', meaning: 'The heap by site at one moment, taken automatically or on request, kept for comparison.' },
  { name: 'Definitely lost', meaning: 'Nothing points to the block any more: it cannot be freed.', when: scanned },
  { name: 'Indirectly lost', meaning: 'Only lost blocks point to it: it goes when their leak is mended.', when: scanned },
  { name: 'Possibly lost', meaning: 'Only pointers into its middle, or values that are not plain addresses, lead to it.', when: scanned },
  { name: 'Still reachable', meaning: 'A chain of pointers from a root leads to the block: held, but not necessarily used.', when: scanned },
  { name: 'Root', meaning: 'Where the search for pointers starts: global variables, stacks, registers, thread-local storage, the kernel.', when: scanned },
  { name: 'Held by', meaning: 'Without this root alone the block would be lost.', when: scanned },
  { name: 'Reference cycle', meaning: 'Objects that own each other by shared pointers, so that none of their counts reaches zero.', when: (process) => (process.cycles?.length ?? 0) > 0 },
  { name: 'Dropped events', meaning: 'Events that could not be written in time: the figures are then too low.' },
];

export const terms: View = {
  id: 'terms',
  title: 'Terms',
  render({ process }) {
    const known = TERMS.filter((term) => !term.when || term.when(process));
    return section('terms', 'Terms', null, h('dl', { class: 'terms' }, ...known.map((term) => h('div', {}, h('dt', {}, term.name), h('dd', {}, term.meaning)))));
  },
};
