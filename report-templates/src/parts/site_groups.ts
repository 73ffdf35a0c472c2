// What allocation sites have in common with others: what they are grouped by.
import type { Context } from '../context';
import { baseName, functionOf } from '../frames';
import type { Frame, Process, Site } from '../model';
import { ranks } from './order';

export interface Common { key: string; name: string; place: string }

const UNKNOWN: Record<string, string> = { function: '(no stack recorded)', file: '(no source file known)', module: '(no module known)', type: '(type not known)', thread: '(before the recording)' };

export const GROUPINGS = [
  { key: 'stack', label: 'Call stack' },
  { key: 'function', label: 'Function' },
  { key: 'file', label: 'Source file' },
  { key: 'module', label: 'Module' },
  { key: 'type', label: 'Type' },
  { key: 'thread', label: 'Thread' },
];
const NAMED_THREADS = 3;

// Types are known when the heap was scanned, and threads are told where there are several.
export function groupingsOf({ process }: Context): typeof GROUPINGS {
  const known = { type: (site: Site) => site.types, thread: (site: Site) => site.threads };
  return GROUPINGS.filter(({ key }) => !(key in known) || process.sites?.some(known[key as keyof typeof known]));
}

export function threadName({ threads = [] }: Process, tid: number): string {
  const name = threads.find((one) => one.tid === tid)?.name;
  return name ? `${name} (${tid})` : `thread ${tid}`;
}

// A place where several threads allocate is a group of its own: its bytes cannot be told apart.
function threadsOf(process: Process, { threads = [], more_threads: more }: Site): Common {
  const tids = [...threads].sort((a, b) => a - b);
  const name = !more && tids.length <= NAMED_THREADS ? tids.map((tid) => threadName(process, tid)).join(', ') : `${more ? 'more than ' : ''}${tids.length} threads`;
  return { key: `${tids.join()}${more ? '+' : ''}`, name: name || UNKNOWN['thread'] as string, place: '' };
}

function commonOf(process: Process, by: string, site: Site, frame: Frame | undefined): Common {
  const named = (key: string, name = key, place = ''): Common => ({ key, name: key === '' ? UNKNOWN[by] ?? '' : name, place });
  switch (by) {
    case 'file': return named(frame?.file ?? '', frame?.file ? baseName(frame.file) : '', frame?.file ?? '');
    case 'module': return named(frame?.module ?? '', frame?.module ? baseName(frame.module) : '', frame?.module ?? '');
    case 'thread': return threadsOf(process, site);
    // A place that makes several types is a group of its own: its bytes cannot be told apart over time.
    case 'type': return named((site.types ?? []).map((type) => type.name).sort().join(', '));
    default: {
      const name = frame && functionOf(frame);
      return { ...named(frame ? `${name}\n${frame.module ?? ''}` : '', name), place: frame?.file || frame?.module || '' };
    }
  }
}

// What all sites have in common with others, by number: worked out once for each grouping.
export interface Commons { names: Common[]; of: Int32Array; ranks?: Float64Array }  // `of`, `ranks`: by position of the site

const known = new WeakMap<Process, Map<string, Commons>>();

export function commonsOf({ frames, process }: Context, by: string): Commons {
  const ready = known.get(process) ?? known.set(process, new Map()).get(process) as Map<string, Commons>;
  const found = ready.get(by);
  if (found) return found;
  const names: Common[] = [];
  const numbers = new Map<string, number>();
  const of = Int32Array.from(process.sites ?? [], (site) => {
    const common = commonOf(process, by, site, frames.blamed(site));
    const number = numbers.get(common.key);
    if (number !== undefined) return number;
    numbers.set(common.key, names.length);
    return names.push(common) - 1;
  });
  const commons = { names, of };
  ready.set(by, commons);
  return commons;
}

// Numbers in the order of the names of the blamed functions.
export function nameRanks(context: Context): Float64Array {
  const commons = commonsOf(context, 'function');
  if (commons.ranks) return commons.ranks;
  const rank = ranks(commons.names.map(({ key, name }) => (key === '' ? '' : name)));
  return (commons.ranks = Float64Array.from(commons.of, (number) => rank[number] as number));
}
