// Frames by id, and how they are named and placed.
import type { Frame } from './model';

// Frames by id, whether or not ids are positions.
export class FrameTable {
  readonly hasSystemMarks: boolean;
  private readonly byId: Frame[] = [];

  constructor(readonly all: Frame[]) {
    let marks = false;
    for (const frame of all) {
      this.byId[frame.id] = frame;
      marks ||= frame.system === true;
    }
    this.hasSystemMarks = marks;
  }

  get(id: number): Frame {
    return this.byId[id] ?? { id, function: '(unknown frame)' };
  }

  // The frame that answers for a stack: what the report blames, else the first that is not runtime code.
  blamed(of: { readonly stack: number[]; blamed?: number | null }): Frame | undefined {
    if (of.blamed !== undefined && of.blamed !== null) return this.get(of.blamed);
    const { stack } = of;
    const own = stack.find((id) => !this.get(id).system);
    const chosen = own ?? stack[0];
    return chosen === undefined ? undefined : this.get(chosen);
  }
}

// The next own function outwards of `inner`: tells sites apart that allocate through the same helper.
export function callerOf(frames: FrameTable, stack: number[], inner: Frame | undefined): Frame | undefined {
  const at = inner ? stack.indexOf(inner.id) : -1;
  if (at < 0) return undefined;
  const name = inner && functionOf(inner);
  const id = stack.slice(at + 1).find((one) => !frames.get(one).system && functionOf(frames.get(one)) !== name);
  return id === undefined ? undefined : frames.get(id);
}

// Without line information a frame is named by the place in its function: "zmalloc+0x12", or in a stripped module
// "libz.so.1+0x1200+0x34" (docs/json-report.md). Its function is "zmalloc", or "libz.so.1+0x1200".
export function functionOf(frame: Frame): string {
  if (frame.file) return frame.function;
  const isNameless = frame.function.startsWith(`${baseName(frame.module ?? '')}+0x`);
  const offset = isNameless ? /^(.*\+0x[0-9a-f]+)\+0x[0-9a-f]+$/ : /^(.*)\+0x[0-9a-f]+$/;
  return offset.exec(frame.function)?.[1] ?? frame.function;
}

export function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1) || path;
}

// "parser.cpp:42", "libfoo.so" or nothing: what stands behind a function name.
export function frameLocation(frame: Frame): string {
  if (frame.file) return frame.line ? `${baseName(frame.file)}:${frame.line}` : baseName(frame.file);
  return frame.module ? baseName(frame.module) : '';
}

export function frameFullLocation(frame: Frame): string {
  const source = frame.file ? (frame.line ? `${frame.file}:${frame.line}` : frame.file) : '';
  return [source, frame.module ?? ''].filter(Boolean).join(' in ');
}

export function hasAnySymbols(frames: FrameTable): boolean {
  return frames.all.length === 0 || frames.all.some((frame) => Boolean(frame.file));
}
