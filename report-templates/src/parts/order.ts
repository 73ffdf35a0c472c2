// Orders of long lists: by a figure or a text of each item, computed once an item, with a tie left as it was.

const collator = new Intl.Collator();

// Numbers that stand for texts, in the order of the texts: of many thousand names few differ.
function ranks(texts: string[]): Float64Array {
  const distinct = [...new Set(texts)].sort(collator.compare);
  const rank = new Map(distinct.map((text, i) => [text, i]));
  return numbersOf(texts, (text) => rank.get(text) as number);
}

export function numbersOf<Item>(items: Item[], value: (item: Item) => number): Float64Array {
  const numbers = new Float64Array(items.length);
  for (let i = 0; i < items.length; ++i) numbers[i] = value(items[i] as Item);
  return numbers;
}

// Positions of `items`, largest first.
function positions(figures: Float64Array): Uint32Array {
  const order = new Uint32Array(figures.length);
  let falling = true;
  for (let i = 0; i < order.length; ++i) {
    order[i] = i;
    falling &&= i === 0 || (figures[i] as number) <= (figures[i - 1] as number);
  }
  return falling ? order : order.sort((a, b) => (figures[b] as number) - (figures[a] as number) || a - b);
}

export function largestFirst<Item>(items: Item[], value: (item: Item) => number): Item[] {
  return Array.from(positions(numbersOf(items, value)), (at) => items[at] as Item);
}

export function ordered<Item>(items: Item[], value: (item: Item) => number | string, ascending: boolean): Item[] {
  const values = items.map(value);
  const figures = typeof values[0] === 'string' ? ranks(values as string[]) : numbersOf(values as number[], (figure) => figure);
  if (ascending) figures.forEach((figure, i) => (figures[i] = -figure));
  return Array.from(positions(figures), (at) => items[at] as Item);
}
