// How large the requested blocks were: allocations by size class.
import type { View } from '../context';
import * as format from '../format';
import { histogram } from '../parts/histogram';
import { section } from '../parts/section';

// Classes are powers of two; empty ones may be left out.
function classText(from: number): string {
  const to = from * 2;
  const round = (value: number) => format.bytes(value).replace('.0 ', ' ');
  if (to - from <= 1) return round(from);
  return to <= 1024 ? `${from} to ${to - 1} B` : `${round(from)} to ${round(to)}`;
}

export const sizes: View = {
  id: 'sizes',
  title: 'Block sizes',
  render({ process }) {
    const classes = process.size_classes;
    if (!classes || classes.length === 0) return null;
    const rows = classes.map((one) => ({ label: classText(one.min_bytes), count: one.allocations, bytes: one.allocated_bytes }));
    return section('sizes', 'Block sizes', null,
      histogram('Allocations by requested size', 'Requested size', 'Allocations', rows, { count: process.totals.allocations, bytes: process.totals.allocated_bytes }));
  },
};
