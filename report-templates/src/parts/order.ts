// Orders of long lists: by a figure or a text of each item, computed once an item, with a tie left as it was. Of most
// lists only the beginning is shown, so only that is put in order.

// A list whose items may be made when they are asked for.
export interface Items<Item> { readonly length: number; at(index: number): Item | undefined }

const collator = new Intl.Collator();
const SHARE = 4;  // a beginning of more than this part of the list is as much work as all of it

// Numbers that stand for texts, in the order of the texts: of many thousand names few differ.
export function ranks(texts: string[]): Float64Array {
  const distinct = [...new Set(texts)].sort(collator.compare);
  const rank = new Map(distinct.map((text, i) => [text, i]));
  return numbersOf(texts, (text) => rank.get(text) as number);
}

export function numbersOf<Item>(items: Items<Item>, value: (item: Item) => number): Float64Array {
  const numbers = new Float64Array(items.length);
  for (let i = 0; i < items.length; ++i) numbers[i] = value(items.at(i) as Item);
  return numbers;
}

// Positions of the largest `wanted`, largest first. The sort without a comparison runs outside of the script, and tells
// from which figure on an item is among them.
function largestOf(figures: Float64Array, wanted: number): Uint32Array {
  const all = wanted * SHARE >= figures.length;
  let chosen: Uint32Array;
  if (all) chosen = Uint32Array.from(figures, (_, i) => i);
  else {
    const least = figures.slice().sort()[figures.length - wanted] as number;
    let equal = wanted;
    for (const figure of figures) if (figure > least) --equal;
    chosen = new Uint32Array(wanted);
    for (let i = 0, length = 0; length < wanted; ++i) {
      const figure = figures[i] as number;
      if (figure > least || (figure === least && equal-- > 0)) chosen[length++] = i;
    }
  }
  return chosen.sort((a, b) => (figures[b] as number) - (figures[a] as number) || a - b);
}

// Items by a figure, largest first, or as they come.
export class Ranking<Item> {
  private known: Uint32Array = new Uint32Array(0);

  constructor(readonly items: Items<Item>, private readonly figures?: Float64Array) {}

  slice(from: number, to = this.items.length): Item[] {
    const end = Math.min(to, this.items.length);
    if (this.figures && end > this.known.length) this.known = largestOf(this.figures, end);
    return Array.from({ length: Math.max(0, end - from) }, (_, i) => this.items.at(this.figures ? this.known[from + i] as number : from + i) as Item);
  }
}

// One number for each item, by which they are put in order.
export function figuresOf<Item>(items: Items<Item>, value: (item: Item) => number | string): Float64Array {
  if (items.length === 0 || typeof value(items.at(0) as Item) !== 'string') return numbersOf(items, value as (item: Item) => number);
  return ranks(Array.from({ length: items.length }, (_, i) => value(items.at(i) as Item) as string));
}

export function rankingOf<Item>(items: Items<Item>, value: (item: Item) => number | string): Ranking<Item> {
  return new Ranking(items, figuresOf(items, value));
}

export function largestFirst<Item>(items: Items<Item>, value: (item: Item) => number): Item[] {
  return rankingOf(items, value).slice(0);
}
