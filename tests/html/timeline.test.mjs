// The timeline of a real program: the range that every list follows, bands, and files. Amounts against the JSON report.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { assertAccessible, assertNoSideScroll, assertQuiet, hashOf, settle, showEverything } from './browser.mjs';
import { browser, store } from './store.mjs';

const [process] = store.report.processes;

// The change of each site between the moments nearest to a range, the growing ones, largest first.
function grown(from, to) {
  const ends = process.bucket_end_ns;
  const nearest = (time) => [-1, ...ends.keys()].reduce((best, i) => (Math.abs((ends[i] ?? 0) - time) < Math.abs((ends[best] ?? 0) - time) ? i : best), -1);
  const at = (site, moment) => (moment < 0 ? 0 : site.live_bytes_over_time[moment]);
  const [a, b] = [nearest(from), nearest(to)];
  return process.sites.map((site) => at(site, b) - at(site, a)).filter((bytes) => bytes > 0).sort((x, y) => y - x);
}

const shown = (page) => page.$$eval('#consumers tbody tr[data-key] > td:nth-child(2) data', (all) => all.map((one) => Number(one.value)));

async function drag(page, from, to) {
  const over = page.locator('.chart .u-over');
  await over.evaluate((one) => one.scrollIntoView({ block: 'center' }));
  const box = await over.boundingBox();
  await page.mouse.move(box.x + box.width * from, box.y + 60);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * to, box.y + 60, { steps: 4 });
  await page.mouse.up();
  await settle(page);
  return /range=(\d+)-(\d+)/.exec(await hashOf(page)).slice(1).map(Number);
}

test('lists, flame graph and snapshots follow the range, and the address restores it', async () => {
  const page = await browser.open(store.html);
  const [from, to] = await drag(page, 0.3, 0.6);
  const expected = grown(from, to);
  assert.ok(expected.length > 2);
  assert.deepEqual(await shown(page), expected);
  assert.match(await page.textContent('.rangebar'), /Lists, flame graph and snapshots follow this range; all else is of the whole run/);
  await showEverything(page);
  const amount = (one) => one.$eval('.flame-node[data-depth="0"]', (node) => Number(node.dataset.amount));
  const sum = expected.reduce((total, bytes) => total + bytes, 0);
  assert.equal(await amount(page), sum);
  const inside = process.snapshots.map((one, i) => ({ one, i })).filter(({ one }) => one.time_ns >= from && one.time_ns <= to);
  assert.equal(await page.locator('#compare select').nth(0).inputValue(), String(inside[0].i));
  assert.equal(await page.locator('#compare select').nth(1).inputValue(), String(inside.at(-1).i));
  const again = await browser.open(store.html, { hash: await hashOf(page) });
  assert.deepEqual(await shown(again), expected);
  await showEverything(again);
  assert.equal(await amount(again), sum);
  await page.getByRole('button', { name: 'Whole run' }).click();
  await settle(page);
  assert.equal(await page.locator('.rangebar').isVisible(), false);
  const live = process.top.live.map((id) => process.sites[id].live_bytes);
  assert.deepEqual(await page.$$eval('#consumers tbody tr[data-key] > td:nth-child(2) data', (all) => all.map((one) => Number(one.value))), live);
  for (const one of [page, again]) {
    assertQuiet(one);
    await browser.leave(one);
  }
});

test('bands add up to the heap of the sites', async () => {
  const page = await browser.open(store.html);
  for (const by of ['stack', 'function', 'type']) {
    await page.selectOption('#timeline select', by);
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Save the chart as CSV' }).click()]);
    const [head, ...rows] = readFileSync(await download.path(), 'utf8').trim().split('\r\n');
    assert.match(head, /^time_ns,"/);
    assert.equal(rows.length, process.bucket_end_ns.length);
    rows.forEach((row, i) => {
      const [time, ...values] = row.split(',').map(Number);
      assert.equal(time, process.bucket_end_ns[i]);
      assert.equal(values.reduce((sum, one) => sum + one, 0), process.sites.reduce((sum, site) => sum + (site.live_bytes_over_time?.[i] ?? 0), 0));
    });
  }
  const first = page.locator('.legend-item').first();
  await first.press('Enter');
  assert.equal(await first.getAttribute('aria-pressed'), 'false');
  assertQuiet(page);
  await browser.leave(page);
});

test('the chart is saved as a picture, a drawing and numbers', async () => {
  const page = await browser.open(store.html);
  const save = async (kind) => {
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: `Save the chart as ${kind}` }).click()]);
    assert.equal(download.suggestedFilename(), `timeline.${kind.toLowerCase()}`);
    return readFileSync(await download.path());
  };
  assert.equal((await save('PNG')).subarray(1, 4).toString(), 'PNG');
  assert.match((await save('SVG')).toString(), /^<svg xmlns="http:\/\/www.w3.org\/2000\/svg".*<path d="M72/s);
  const [, ...rows] = (await save('CSV')).toString().trim().split('\r\n');
  assert.deepEqual(rows.map((row) => Number(row.split(',')[1])), process.timeline.heap_bytes);
  assertQuiet(page);
  await browser.leave(page);
});

for (const scheme of ['light', 'dark']) {
  test(`timeline and range are accessible in ${scheme}`, async () => {
    for (const width of [1280, 400]) {
      for (const [name, hash] of [['lines', ''], ['bands', '#stacked=function'], ['range', `#range=${Math.round(process.duration_ns * 0.3)}-${Math.round(process.duration_ns * 0.7)}&list=range&cost=range`]]) {
        const page = await browser.open(store.html, { hash, scheme, width });
        await showEverything(page);
        await browser.shoot(page, `store-timeline-${name}-${scheme}-${width}`, '#timeline');
        if (name === 'range') await browser.shoot(page, `store-range-${scheme}-${width}`, '#consumers');
        await assertNoSideScroll(page);
        await assertAccessible(page, ['#timeline', '#consumers', '.topbar']);
        assertQuiet(page);
        await browser.leave(page);
      }
    }
  });
}
