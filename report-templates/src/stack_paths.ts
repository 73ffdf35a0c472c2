// All stacks of a process as one tree: each node names a frame and the node of its caller, which comes before it, and
// each stack is the node that it ends in. Most stacks are never drawn: sums over them walk the tree instead.
export class StackPaths {
  // `caller` and `end`: -1 for none.
  private constructor(readonly caller: Int32Array, readonly frame: Int32Array, readonly end: Int32Array) {}

  // As a walk through the tree: each node hangs on the one before it, `up` levels higher.
  static ofWalk({ up, frame }: { up: number[]; frame: number[] }, end: number[]): StackPaths {
    const caller = new Int32Array(frame.length);
    const way: number[] = [];
    let depth = 0;
    for (let node = 0; node < frame.length; ++node) {
      depth -= up[node] as number;
      caller[node] = depth > 0 ? way[depth - 1] as number : -1;
      way[depth++] = node;
    }
    return new StackPaths(caller, Int32Array.from(frame), Int32Array.from(end));
  }

  // Leaf first, as stacks are everywhere. Nothing is shared.
  static ofStacks(stacks: number[][]): StackPaths {
    const frame = stacks.flatMap((stack) => [...stack].reverse());
    const caller = Int32Array.from(frame, (_, node) => node - 1);
    let length = 0;
    const end = stacks.map((stack) => {
      if (stack.length > 0) caller[length] = -1;
      length += stack.length;
      return stack.length > 0 ? length - 1 : -1;
    });
    return new StackPaths(caller, Int32Array.from(frame), Int32Array.from(end));
  }

  stackOf(position: number): number[] {
    const found: number[] = [];
    for (let node = this.end[position] as number; node >= 0; node = this.caller[node] as number) found.push(this.frame[node] as number);
    return found;
  }
}
