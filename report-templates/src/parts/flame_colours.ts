// What the colours of the flame graph tell: the source file, the module, or how much of the memory came by growth.
import type { Context } from '../context';
import { h } from '../dom';
import { baseName } from '../frames';
import type { FlameNode } from './flame_tree';

const TONES = 8;
const HEATS = 5;
const LOOKED_AT = 500;  // sites

export const COLOURS = [
  { key: 'file', label: 'Source file' },
  { key: 'module', label: 'Module' },
  { key: 'growth', label: 'Growth' },
];

function toneOfText(text: string): number {
  let hash = 7;
  for (let i = 0; i < text.length; ++i) hash = (hash * 31 + text.charCodeAt(i)) | 0;
  return Math.abs(hash) % TONES;
}

export class FlameColours {
  private readonly modules = new Map<string, number>();  // in order of the memory they answer for, roughly

  constructor(private readonly context: Context) {
    for (const site of (context.process.sites ?? []).slice(0, LOOKED_AT)) {
      for (const id of site.stack) {
        const frame = context.frames.get(id);
        if (!frame.system && frame.module && !this.modules.has(frame.module)) this.modules.set(frame.module, this.modules.size);
      }
      if (this.modules.size >= TONES) break;
    }
  }

  classOf(node: FlameNode): string {
    const by = this.context.store.get('colour');
    if (by === 'growth') return `heat-${this.heat(node)}`;
    if (node.frame < 0) return 'tone-system';
    const frame = this.context.frames.get(node.frame);
    if (frame.system) return 'tone-system';
    if (by === 'module') return `tone-${(this.modules.get(frame.module ?? '') ?? TONES - 1) % TONES}`;
    return `tone-${toneOfText(frame.file || frame.module || frame.function)}`;
  }

  legend(): HTMLElement | null {
    const by = this.context.store.get('colour');
    const item = (tone: string, text: string) => h('li', {}, h('span', { class: `swatch ${tone}` }), text);
    if (by === 'growth') {
      const steps = Array.from({ length: HEATS }, (_, heat) => h('span', { class: `swatch heat-${heat}` }));
      return h('ul', { class: 'flame-legend' }, h('li', {}, 'steady ', ...steps, ' all of it grew over the run'));
    }
    if (by !== 'module') return null;
    const named = [...this.modules.keys()].slice(0, TONES);
    return h('ul', { class: 'flame-legend' }, ...named.map((path, i) => item(`tone-${i}`, baseName(path))), item('tone-system', 'system'));
  }

  // The growth over the whole run as a share of what sites hold: both are sums over the same stacks.
  private heat(node: FlameNode): number {
    const seconds = (this.context.process.duration_ns ?? 0) / 1e9;
    if (node.value <= 0 || node.slope <= 0) return 0;
    return Math.min(HEATS - 1, Math.floor((node.slope * seconds * HEATS) / node.value));
  }
}
