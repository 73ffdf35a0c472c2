// The figures that a page shows, read back: each stands in a <data> element with its exact value.

// Of a table: for each row, its key and its first figure by the head of the column; null where a cell has none.
export function tableOf(page, selector) {
  return page.$eval(selector, (table) => {
    const heads = [...table.querySelectorAll('thead th')].map((one) => one.textContent);
    const rows = [...table.querySelectorAll('tbody > tr')].filter((row) => row.children.length === heads.length);
    return rows.map((row) => {
      const found = { key: row.dataset.key ?? row.dataset.level, name: row.children[0].textContent };
      heads.forEach((head, i) => {
        const figure = row.children[i].querySelector('data');
        found[head] = figure ? Number(figure.value) : null;
      });
      return found;
    });
  });
}

export const figuresOf = (page, selector) => page.$$eval(selector, (all) => all.map((one) => Number(one.value)));

// Names beside figures: { name: [figures] }.
export const factsOf = (page, selector) => page.$$eval(`${selector} > div`, (all) =>
  Object.fromEntries(all.map((one) => [one.querySelector('dt').textContent, [...one.querySelectorAll('dd data')].map((data) => Number(data.value))])));

export const sum = (items, of) => items.reduce((total, item) => total + of(item), 0);

export const lostBytes = ({ lost }) => (lost ? lost.definitely_lost.bytes + lost.indirectly_lost.bytes : 0);

// "zmalloc+0x12" -> "zmalloc", "libz.so.1+0x1200+0x34" -> "libz.so.1+0x1200".
export function functionName({ function: name, file, module }) {
  const parts = name.split('+0x');
  const own = parts[0] === module.split('/').pop() ? 2 : 1;
  return file === '' && parts.length > own ? parts.slice(0, -1).join('+0x') : name;
}

// Stacks merged by function and module: by depth, every node with what it answers for and how wide it is drawn.
export function mergedStacks({ frames }, sites, of, { inverted = false } = {}) {
  const keyOf = (id) => `${functionName(frames[id])}\n${frames[id].module}`;
  const root = { value: 0, itself: 0, below: new Map() };
  for (const site of sites) {
    const value = Math.max(0, of(site));
    if (value === 0) continue;
    let node = root;
    node.value += value;
    for (const id of inverted ? site.stack : [...site.stack].reverse()) {
      const key = keyOf(id);
      if (!node.below.has(key)) node.below.set(key, { value: 0, itself: 0, below: new Map() });
      node = node.below.get(key);
      node.value += value;
    }
    node.itself += value;
  }
  const levels = [];
  const walk = (node, depth) => {
    (levels[depth] ??= []).push({ value: node.value, itself: node.itself, share: node.value / root.value });
    for (const child of node.below.values()) walk(child, depth + 1);
  };
  walk(root, 0);
  return levels;
}
