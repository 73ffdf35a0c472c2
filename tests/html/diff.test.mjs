// Two recordings of a real program side by side: one that leaks notes, and its twin that does not, takes twice as much
// for its cache and leaks indexes instead. Every figure is one of the JSON of the same comparison.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertAccessible, assertNoSideScroll, assertQuiet, hashOf } from './browser.mjs';
import { tableOf } from './figures.mjs';
import { browser, store } from './store.mjs';
import { compare, recordFixedStore } from './traces.mjs';

const fixed = recordFixedStore();
const diff = compare('diff', store, fixed);
const back = compare('back', fixed, store);
const same = compare('same', store, store);

const numbers = (page, selector) => page.$$eval(selector, (all) => all.map((one) => Number(one.value)));
const placesOf = (report, verdict) => report.sites.filter((site) => site.verdict === verdict).map((site) => site.place);

test('the totals are those of both sides', async () => {
  const page = await browser.open(diff.html);
  const { before, after, change } = diff.report;
  assert.equal(await page.textContent('.verdict'), diff.report.verdict);
  for (const key of ['live_bytes', 'lost_bytes', 'peak_bytes', 'allocations', 'live_blocks', 'lost_blocks', 'allocated_bytes']) {
    assert.deepEqual(await numbers(page, `#totals [data-figure=${key}] data`), [before.totals[key], after.totals[key], change[key]], key);
  }
  assertQuiet(page);
  await browser.leave(page);
});

test('leaks that came and went are told, and the other way round', async () => {
  for (const [{ html, report }, came, went] of [[diff, 'store::index_document', 'store::forget_note'], [back, 'store::forget_note', 'store::index_document']]) {
    assert.ok(placesOf(report, 'new_leak').some((place) => place.includes(came)), JSON.stringify(placesOf(report, 'new_leak')));
    assert.ok(placesOf(report, 'fixed_leak').some((place) => place.includes(went)), JSON.stringify(placesOf(report, 'fixed_leak')));
    const page = await browser.open(html);
    for (const verdict of ['new_leak', 'fixed_leak']) {
      assert.deepEqual(await page.$$eval(`#leaks [data-verdict=${verdict}] h3`, (all) => all.map((one) => one.textContent)), placesOf(report, verdict));
    }
    assert.equal(await page.textContent('.hero .badge'), 'Critical');
    assertQuiet(page);
    await browser.leave(page);
  }
});

test('a recording compared with itself has no leak and no changed place', async () => {
  const page = await browser.open(same.html);
  assert.equal(await page.locator('#leaks .finding').count(), 0);
  assert.equal(await page.locator('#places tbody tr[data-key]').count(), same.report.sites.length);
  assert.equal(await page.textContent('.hero .badge'), 'Good');
  assertQuiet(page);
  await browser.leave(page);
});

test('places sort by their change, split into grown and shrunk, and open into their functions', async () => {
  const page = await browser.open(diff.html);
  const changes = diff.report.sites.map((site) => site.change.live_bytes);
  const shown = () => numbers(page, '#places tbody tr[data-key] td:last-child data');
  const falling = (values) => [...values].sort((a, b) => b - a).slice(0, 25);
  assert.deepEqual(await shown(), falling(changes));
  await page.click('#places-panel-tab-grew');
  assert.deepEqual(await shown(), falling(changes.filter((one) => one > 0)));
  await page.click('#places-panel-tab-shrank');
  assert.deepEqual(await shown(), falling(changes.filter((one) => one < 0)).reverse());
  await page.click('#places-panel-tab-all');
  await page.locator('#places .row-toggle', { hasText: 'forget_records' }).first().click();
  assert.match(await page.textContent('#places .detail .stack'), /store::forget_records/);
  await page.selectOption('#places .labelled select', 'peak_bytes');
  assert.deepEqual(await shown(), falling(diff.report.sites.map((site) => site.change.peak_bytes)));
  const again = await browser.open(diff.html, { hash: await hashOf(page) });
  assert.deepEqual(await numbers(again, '#places tbody tr[data-key] td:last-child data'), await shown());
  for (const one of [page, again]) {
    assertQuiet(one);
    await browser.leave(one);
  }
});

test('every figure of every measure is that of the JSON', async () => {
  const page = await browser.open(diff.html);
  const { sites, types } = diff.report;
  for (const measure of ['live_bytes', 'lost_bytes', 'peak_bytes', 'allocations', 'live_blocks', 'lost_blocks', 'allocated_bytes']) {
    await page.selectOption('#places .labelled select', measure);
    const rows = await tableOf(page, '#places table');
    assert.ok(rows.length > 3);
    for (const { key, Before, After, Change } of rows) {
      const site = sites[Number(key)];
      assert.deepEqual([Before, After, Change], [site.before[measure], site.after[measure], site.change[measure]], `${measure} of ${site.place}`);
    }
    const box = page.locator('.flame-node[data-depth="0"]');
    if (await page.inputValue('#flame .labelled select') === measure) {
      assert.equal(Number(await box.getAttribute('data-amount')), sites.reduce((sum, site) => sum + Math.max(site.before[measure], site.after[measure]), 0), measure);
    }
  }
  const listed = await tableOf(page, '#types table');
  for (const { key, Before, After, Change } of listed) {
    const type = types[Number(key)];
    assert.deepEqual([Before, After, Change], [type.before.bytes, type.after.bytes, type.change_bytes], type.name);
  }
  const leaks = sites.filter((site) => site.verdict.endsWith('leak')).slice(0, 12);
  const cards = await page.$$eval('#leaks .finding', (all) => all.map((card) => [...card.querySelectorAll('p data')].map((one) => Number(one.value))));
  assert.deepEqual(cards, leaks.map(({ before, after }) => {
    const kind = before.lost_bytes > 0 || after.lost_bytes > 0 ? 'lost' : 'live';
    return [before, after].flatMap((side) => [side[`${kind}_bytes`], side[`${kind}_blocks`]]);
  }));
  assertQuiet(page);
  await browser.leave(page);
});

test('the flame graph is as wide as the larger sides and coloured by the change', async () => {
  const page = await browser.open(diff.html);
  const node = (name) => page.locator('.flame-node', { hasText: name }).first();
  await node('all').waitFor();
  const wide = diff.report.sites.reduce((sum, site) => sum + Math.max(site.before.live_bytes, site.after.live_bytes), 0);
  assert.equal(Number(await node('all').getAttribute('data-amount')), wide);
  assert.match(await node('store::serve').getAttribute('class'), /heat-[1-4]/);
  await page.fill('#flame input[type=search]', 'serve');
  await page.waitForSelector('.flame-node.match');
  await node('store::serve').click();
  assert.match(await hashOf(page), /node=/);
  assertQuiet(page);
  await browser.leave(page);
});

for (const scheme of ['light', 'dark']) {
  test(`the comparison is accessible in ${scheme}`, async () => {
    for (const width of [1280, 400]) {
      const page = await browser.open(diff.html, { scheme, width });
      await page.waitForSelector('.flame-node');
      await page.locator('#places .row-toggle').first().click();
      await browser.shoot(page, `diff-${scheme}-${width}`);
      await assertNoSideScroll(page);
      await assertAccessible(page);
      assertQuiet(page);
      await browser.leave(page);
    }
  });
}
