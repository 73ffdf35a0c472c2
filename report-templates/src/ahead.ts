// What the first interactions with a large report need, worked out while the reader looks at the first screen: each part
// in an idle moment of its own, so that nothing waits for it.
import type { Context } from './context';
import { whenIdle } from './later';
import { FlameStacks } from './parts/flame_stacks';
import { columnOf, SUMMED } from './parts/columns';
import { nameRanks } from './parts/site_groups';

export function workAhead(context: Context): void {
  const { process, frames, store } = context;
  const stacks = (fold: boolean) => FlameStacks.of(frames, process, { skipSystem: store.get('own'), fold });
  const fold = store.get('fold');
  const parts: (() => unknown)[] = [
    ...SUMMED.map((figure) => () => columnOf(process, figure)), () => process.courses?.all, () => process.courses?.figures, () => stacks(fold),
    () => stacks(fold).calls, () => nameRanks(context), () => stacks(fold).fromLeaf, () => stacks(!fold).calls,
  ];
  let ended = !process.sites?.length;
  const next = () => {
    const part = ended ? undefined : parts.shift();
    part?.();
    if (part) whenIdle(next);
  };
  context.atEnd(() => (ended = true));
  whenIdle(next);
}
