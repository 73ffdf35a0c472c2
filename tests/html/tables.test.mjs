// Groups of sites, lost memory and types of a real program, against the JSON report of the same trace.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { assertAccessible, assertNoSideScroll, assertQuiet, hashOf } from './browser.mjs';
import { browser, store } from './store.mjs';

const [process] = store.report.processes;

const lost = (site) => site.lost.definitely_lost.bytes + site.lost.indirectly_lost.bytes;
const frameOf = (site) => store.report.frames[site.blamed ?? site.stack[0]];

// Sums of the listed sites by a name, largest first.
function grouped(name, of) {
  const sums = new Map();
  for (const site of process.sites) if (of(site) > 0) sums.set(name(site), (sums.get(name(site)) ?? 0) + of(site));
  return [...sums.values()].sort((a, b) => b - a);
}

async function shownAmounts(page, column) {
  const at = await page.$$eval('#consumers thead th', (all, label) => all.findIndex((one) => one.textContent === label) + 1, column);
  return page.$$eval(`#consumers tbody tr[data-key] > :nth-child(${at}) data`, (all) => all.map((one) => Number(one.value)));
}

test('sites group by function, file, module and type, with the sums of their sites', async () => {
  const names = {
    function: (site) => `${frameOf(site).function} ${frameOf(site).module}`, file: (site) => frameOf(site).file, module: (site) => frameOf(site).module,
    type: (site) => (site.types ?? []).map((type) => type.name).sort().join(),
  };
  const page = await browser.open(store.html);
  for (const [by, name] of Object.entries(names)) {
    await page.selectOption('#consumers .labelled select', by);
    assert.deepEqual(await shownAmounts(page, 'Live'), grouped(name, (site) => site.live_bytes).slice(0, 25), by);
    assert.match(await hashOf(page), new RegExp(`group=${by}`));
    assert.match(await page.textContent('#consumers > .summary'), / in \d+ groups?: /);
  }
  await page.selectOption('#consumers .labelled select', 'module');
  await page.click('#consumers-panel-tab-allocations');
  assert.deepEqual(await shownAmounts(page, 'Allocations'), grouped(names.module, (site) => site.allocations));
  assertQuiet(page);
  await browser.leave(page);
});

test('a group opens into its stacks, and the address restores it', async () => {
  const page = await browser.open(store.html, { hash: '#group=function' });
  const row = page.locator('#consumers tbody tr', { hasText: 'store::serve(int)' }).first();
  await row.locator('.row-toggle').press('Enter');
  const own = process.sites.filter((site) => frameOf(site).function === 'store::serve(int)' && site.live_bytes > 0);
  assert.equal(await page.textContent('#consumers .detail h3'), `${own.length} call stack${own.length === 1 ? '' : 's'}`);
  await page.locator('#consumers .detail summary').first().press('Enter');
  await page.locator('#consumers .detail .frame').first().waitFor();
  const again = await browser.open(store.html, { hash: await hashOf(page) });
  assert.equal(await again.locator('#consumers .detail h3').count(), 1);
  const [download] = await Promise.all([page.waitForEvent('download'), page.click('#consumers .toolbar .button')]);
  assert.match(readFileSync(await download.path(), 'utf8'), /^function,sites,live_bytes.*\r\n"store::serve\(int\)",\d+,/);
  for (const one of [page, again]) {
    assertQuiet(one);
    await browser.leave(one);
  }
});

test('what is lost has a list of its own', async () => {
  const page = await browser.open(store.html, { hash: '#list=lost' });
  const keys = await page.$$eval('#consumers tbody tr[data-key]', (all) => all.map((one) => Number(one.dataset.key)));
  assert.deepEqual(keys, process.top.lost);
  assert.deepEqual(await shownAmounts(page, 'Lost'), process.top.lost.map((id) => lost(process.sites[id])));
  const total = process.truth.definitely_lost.bytes + process.truth.indirectly_lost.bytes;
  assert.equal((await shownAmounts(page, 'Lost')).reduce((sum, one) => sum + one, 0), total);
  assert.match(await page.textContent('#consumers > .summary'), /100% of the total/);
  assertQuiet(page);
  await browser.leave(page);
});

test('types are those of the report and open into where they are made', async () => {
  const page = await browser.open(store.html);
  const bytes = await page.$$eval('#types tbody tr[data-key] > :nth-child(2) data', (all) => all.map((one) => Number(one.value)));
  assert.deepEqual(bytes, process.types.slice(0, 15).map((type) => type.bytes));
  await page.locator('#types tr', { hasText: 'store::Page' }).locator('.row-toggle').press('Enter');
  assert.match(await page.textContent('#types .detail'), /store::open_document/);
  assertQuiet(page);
  await browser.leave(page);
});

for (const scheme of ['light', 'dark']) {
  test(`grouped tables are accessible in ${scheme}`, async () => {
    for (const width of [1280, 400]) {
      const page = await browser.open(store.html, { hash: '#group=file&list=lost', scheme, width });
      await page.locator('#consumers .row-toggle').first().click();
      await page.locator('#types .row-toggle').first().click();
      await browser.shoot(page, `store-tables-${scheme}-${width}`, '#consumers');
      await browser.shoot(page, `store-types-${scheme}-${width}`, '#types');
      await assertNoSideScroll(page);
      await assertAccessible(page, ['#consumers', '#types']);
      assertQuiet(page);
      await browser.leave(page);
    }
  });
}
