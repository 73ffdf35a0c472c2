// Comparing snapshots of a real program: picked in the list, grouped, as a flame graph, restored by the address.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertAccessible, assertNoSideScroll, assertQuiet, hashOf, showEverything } from './browser.mjs';
import { browser, store } from './store.mjs';

const [process] = store.report.processes;

const held = (index) => new Map(process.snapshots[index].sites.map((one) => [one.site, one.bytes]));
const shown = (page) => page.$$eval('#compare .panel:last-of-type tbody tr[data-key] > td:nth-child(2) data', (all) => all.map((one) => Number(one.value)));

// What each site holds more at the second snapshot, summed by a name.
function expected(from, to, name = (site) => site.id) {
  const [a, b] = [held(from), held(to)];
  const sums = new Map();
  for (const site of process.sites) {
    const bytes = (b.get(site.id) ?? 0) - (a.get(site.id) ?? 0);
    if (bytes !== 0) sums.set(name(site), (sums.get(name(site)) ?? 0) + bytes);
  }
  return [...sums.values()].sort((x, y) => y - x);
}

test('any two rows of the list are the ends of the comparison', async () => {
  const page = await browser.open(store.html);
  const last = process.snapshots.length - 1;
  for (const [from, to] of [[1, 3], [0, last], [last, 2]]) {
    await page.locator(`#compare tr[data-key="${from}"] .pick`, { hasText: 'From' }).first().click();
    const pick = page.locator(`#compare tr[data-key="${to}"] .pick`, { hasText: 'To' }).first();
    await pick.press('Enter');
    assert.equal(await pick.getAttribute('aria-pressed'), 'true');
    assert.ok(await pick.evaluate((one) => one === document.activeElement), 'focus stays');
    assert.deepEqual(await shown(page), expected(from, to));
    const total = await page.$eval('#compare > .summary data', (one) => Number(one.value));
    assert.equal(total, process.snapshots[to].heap_bytes - process.snapshots[from].heap_bytes);
  }
  assertQuiet(page);
  await browser.leave(page);
});

test('differences group by what sites share', async () => {
  const page = await browser.open(store.html, { hash: '#from=0&to=6&pairs=module' });
  const module = (site) => store.report.frames[site.blamed ?? site.stack[0]].module;
  assert.deepEqual(await shown(page), expected(0, 6, module));
  await page.getByLabel('Group by').last().selectOption('type');
  assert.deepEqual(await shown(page), expected(0, 6, (site) => (site.types ?? []).map((type) => type.name).sort().join()));
  assert.match(await page.textContent('#compare'), /store::Page/);
  await page.locator('#compare .row-toggle').first().press('Enter');
  assert.ok(await page.locator('#compare .detail .folds').count() > 0);
  assertQuiet(page);
  await browser.leave(page);
});

test('what appeared between two snapshots is a flame graph too', async () => {
  const page = await browser.open(store.html, { hash: '#from=0&to=6' });
  await page.getByRole('button', { name: 'As a flame graph' }).click();
  await showEverything(page);
  const more = expected(0, 6).filter((bytes) => bytes > 0).reduce((sum, bytes) => sum + bytes, 0);
  const amount = () => page.$eval('.flame-node[data-depth="0"]', (one) => Number(one.dataset.amount));
  assert.equal(await amount(), more);
  await page.locator('#compare tr[data-key="3"] .pick', { hasText: 'From' }).first().click();
  assert.equal(await amount(), expected(3, 6).filter((bytes) => bytes > 0).reduce((sum, bytes) => sum + bytes, 0));
  const again = await browser.open(store.html, { hash: await hashOf(page) });
  await showEverything(again);
  assert.equal(await again.$eval('.flame-node[data-depth="0"]', (one) => Number(one.dataset.amount)), await amount());
  for (const one of [page, again]) {
    assertQuiet(one);
    await browser.leave(one);
  }
});

for (const scheme of ['light', 'dark']) {
  test(`the comparison is accessible in ${scheme}`, async () => {
    for (const width of [1280, 400]) {
      const page = await browser.open(store.html, { hash: '#from=1&to=5&pairs=type', scheme, width });
      await browser.shoot(page, `store-compare-${scheme}-${width}`, '#compare');
      await assertNoSideScroll(page);
      await assertAccessible(page, ['#compare']);
      assertQuiet(page);
      await browser.leave(page);
    }
  });
}
