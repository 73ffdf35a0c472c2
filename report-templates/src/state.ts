// What the reader has chosen, in one place, mirrored in the URL hash so that a link or a reload restores it.
// Views subscribe to the keys they draw; nothing else is shared between them.
import { afterFrame } from './later';

export interface State {
  process: number;
  list: string;          // tab of the top consumers
  group: string;         // what the rows of the top consumers have in common
  sort: string;          // column, "-" in front for ascending; empty: the tab's own order
  filter: string;
  page: number;
  open: number;          // expanded site, -1 for none
  own: boolean;          // hide system frames
  cost: string;          // of the flame graph and the call tree
  inverted: boolean;
  upward: boolean;       // the flame graph stands on its root
  fold: boolean;         // collapse recursion
  colour: string;
  shape: string;         // "graph" or "tree"
  node: string;          // selected in the flame graph: frame ids from the root on, with dots in between
  find: string;          // search in the flame graph
  from: string;          // snapshots to compare: position, "start" or "end"; empty: chosen by the view
  to: string;
  pairs: string;         // what the rows of their comparison have in common
  stacked: string;       // what the bands of the timeline have in common; empty: lines
  range: string;         // picked on the timeline, "from-to" in nanoseconds; empty: everything
  section: string;       // where to scroll to on opening
}

const DEFAULTS: State = {
  process: 0, list: 'live', group: 'stack', sort: '', filter: '', page: 0, open: -1, own: false, cost: 'live', inverted: false,
  upward: false, fold: false, colour: 'file', shape: 'graph', node: '', find: '',
  from: '', to: '', pairs: 'stack', stacked: '', range: '', section: '',
};

type Key = keyof State;

export class Store {
  private state: State;
  private readonly listeners = new Set<{ keys: Key[]; run: () => void }>();
  private written = '';
  private writes = false;

  constructor() {
    this.state = read(location.hash);
    this.written = location.hash;
    addEventListener('hashchange', () => {
      if (location.hash !== this.written) this.adopt(read(location.hash));
    });
    addEventListener('pagehide', () => this.write());
  }

  get<K extends Key>(key: K): State[K] {
    return this.state[key];
  }

  set(change: Partial<State>): void {
    this.adopt({ ...this.state, ...change });
    // Browsers take a while for it: the answer is drawn first.
    if (!this.writes) afterFrame(() => this.write());
    this.writes = true;
  }

  private write(): void {
    if (!this.writes) return;
    this.writes = false;
    const hash = hashOf(this.state);
    if (hash === this.written) return;
    this.written = hash;
    history.replaceState(null, '', hash || location.pathname + location.search);
  }

  // Runs `run` after a change of one of `keys`. Returns the end of the subscription.
  on(keys: Key[], run: () => void): () => void {
    const entry = { keys, run };
    this.listeners.add(entry);
    return () => this.listeners.delete(entry);
  }

  private adopt(next: State): void {
    const changed = (Object.keys(DEFAULTS) as Key[]).filter((key) => next[key] !== this.state[key]);
    this.state = next;
    for (const entry of [...this.listeners]) {
      if (this.listeners.has(entry) && entry.keys.some((key) => changed.includes(key))) entry.run();
    }
  }
}

function read(hash: string): State {
  const params = new URLSearchParams(hash.replace(/^#/, ''));
  const state: Record<string, string | number | boolean> = { ...DEFAULTS };
  for (const [key, fallback] of Object.entries(DEFAULTS)) {
    const text = params.get(key);
    if (text === null) continue;
    if (typeof fallback === 'number') state[key] = Number.isSafeInteger(Number(text)) ? Number(text) : fallback;
    else if (typeof fallback === 'boolean') state[key] = text === '1';
    else state[key] = text;
  }
  return state as unknown as State;
}

function hashOf(state: State): string {
  const params = new URLSearchParams();
  for (const [key, fallback] of Object.entries(DEFAULTS)) {
    const value = state[key as Key];
    if (value !== fallback) params.set(key, typeof value === 'boolean' ? (value ? '1' : '0') : String(value));
  }
  const text = params.toString();
  return text ? `#${text}` : '';
}
