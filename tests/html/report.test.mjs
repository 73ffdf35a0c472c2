// What a reader of the HTML report sees and does in its views, checked against the JSON that the page was made from.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { assertQuiet, hashOf, showEverything } from './browser.mjs';
import { browser, files, rowKeys, service, values } from './golden_pages.mjs';

const SECTIONS = ['findings', 'timeline', 'consumers', 'flame', 'compare', 'mappings', 'sizes', 'threads', 'modules', 'diagnostics', 'terms'];
const blamed = (report, site) => report.frames.find((frame) => frame.id === site.blamed)?.function ?? '(no stack recorded)';

test('every part of a full report is drawn, quietly', async () => {
  const page = await browser.open(files.service);
  await showEverything(page);
  assert.deepEqual(await page.$$eval('main > section.section', (all) => all.map((one) => one.id)), SECTIONS);
  assert.deepEqual(await page.$$eval('.sections a', (all) => all.map((one) => one.hash)), SECTIONS.map((id) => `#section=${id}`));
  assert.equal(await page.textContent('h1'), 'imgcached');
  assert.equal(await page.title(), 'imgcached (48213) - memory report');
  assert.equal(await page.textContent('.verdict'), service.processes[0].verdict);
  assert.match(await page.textContent('.hero .badge'), /Critical/);
  assert.match(await page.textContent('.command'), /--name 'edge cache 2'$/);
  assert.equal(await page.locator('.alerts').count(), 0);
  assertQuiet(page);
  await browser.leave(page);
});

test('the key figures are those of the JSON', async () => {
  const page = await browser.open(files.service);
  const { totals, mappings, timeline, snapshots, duration_ns } = service.processes[0];
  const expected = {
    live_bytes: totals.live_bytes, peak_bytes: totals.peak_bytes, allocations: totals.allocations, temporary_allocations: totals.temporary_allocations,
    duration_ns, rss_peak: Math.max(...timeline.rss_bytes), mappings_live_bytes: mappings.live_bytes, snapshots: snapshots.length,
  };
  const shown = await page.$$eval('.tile:has(data)', (all) => Object.fromEntries(all.map((one) => [one.dataset.figure, Number(one.querySelector('data').value)])));
  assert.deepEqual(shown, expected);
  assert.match(await page.textContent('.tile[data-figure=lost_bytes]'), /the heap was not searched/);
  assert.equal(await page.textContent('.tile[data-figure=live_bytes] .tile-value'), '136.8 MiB');
  await browser.leave(page);
});

test('estimates of a sampled trace show their error, exact figures none', async () => {
  const sampled = structuredClone(service);
  const [process] = sampled.processes;
  process.sampling = { confidence: 0.99, periods: [{ from_ns: 0, sample_bytes: 524288 }] };
  Object.assign(process.totals, { recorded_live_blocks: 270, live_bytes_error: 17 << 20, allocated_bytes_error: 90 << 20 });
  for (const site of process.sites) Object.assign(site, { recorded_live_blocks: 9, live_bytes_error: 3 << 20, allocated_bytes_error: 1 << 20 });
  const page = await browser.open(browser.render('sampled', sampled).html);
  assert.match(await page.textContent('.tile[data-figure=live_bytes] .tile-note'), /^± 17\.0 MiB in /);
  assert.match(await page.textContent('.tile[data-figure=allocations] .tile-note'), / ± 90\.0 MiB in all$/);
  const errors = await page.$$eval('#consumers tbody .error', (all) => all.map((one) => one.textContent));
  assert.deepEqual(errors, process.top.live.map(() => ' ± 3.0 MiB'));
  await page.locator('#consumers tr[data-key="0"] .row-toggle').press('Enter');
  assert.match(await page.textContent('#consumers .site-detail'), /Recorded of the live blocks9/);
  assertQuiet(page);
  await browser.leave(page);
  const exact = await browser.open(files.service);
  assert.equal(await exact.locator('.error').count(), 0);
  await browser.leave(exact);
});

test('findings tell their numbers, evidence and stack', async () => {
  const page = await browser.open(files.service);
  const [first] = service.processes[0].findings;
  const card = page.locator('.finding').first();
  assert.equal(await page.locator('.finding').count(), service.processes[0].findings.length);
  assert.equal(await card.locator('h3').textContent(), first.title);
  assert.deepEqual((await values(page, '.finding:first-child .numbers data')).slice(0, 2), [first.bytes, first.blocks]);
  assert.match(await card.locator('.evidence').textContent(), /Growth\+534\.2 KiB\/s over 3m 04s.*Confidence98%/);
  assert.match(await card.locator('.advice').textContent(), /Give the cache a limit/);
  await card.locator('summary').press('Enter');
  await card.locator('.frame').first().waitFor();
  const stack = service.processes[0].sites[first.site].stack;
  assert.equal(await card.locator('.frame').count(), stack.length);
  assert.equal(await card.locator('.frame.blamed').count(), 1);
  assertQuiet(page);
  await browser.leave(page);
});

test('top consumers follow the report, sort, filter and open', async () => {
  const page = await browser.open(files.service);
  const [process] = service.processes;
  assert.deepEqual(await rowKeys(page), process.top.live);
  assert.deepEqual(await values(page, '#consumers tbody tr td:nth-child(2) data'), process.top.live.map((id) => process.sites[id].live_bytes));
  assert.equal(await page.textContent('#consumers tr[data-key="0"] .site-caller'), 'from imgcache::Worker::store(imgcache::Request const&)');
  for (const tab of ['peak', 'allocations', 'temporary', 'growth']) {
    await page.click(`#consumers-panel-tab-${tab}`);
    assert.deepEqual(await rowKeys(page), process.top[tab], tab);
    assert.match(await hashOf(page), new RegExp(`list=${tab}`));
  }
  // Arrow keys walk the tabs.
  await page.focus('#consumers-panel-tab-growth');
  await page.keyboard.press('ArrowRight');
  assert.equal(await page.getAttribute('#consumers-panel-tab-live', 'aria-selected'), 'true');

  const sort = page.locator('#consumers [data-sort=blocks]');
  await sort.press('Enter');
  const byBlocks = process.sites.filter((site) => site.live_bytes > 0).sort((a, b) => b.live_blocks - a.live_blocks).map((site) => site.id);
  assert.deepEqual(await rowKeys(page), byBlocks);
  assert.equal(await page.getAttribute('#consumers th:has([data-sort=blocks])', 'aria-sort'), 'descending');
  await page.locator('#consumers [data-sort=blocks]').press('Enter');
  assert.deepEqual(await rowKeys(page), byBlocks.slice().reverse());

  await page.fill('#consumers input[type=search]', 'worker.cpp -session');
  await page.waitForFunction(() => /^[\d,]+ sites? of /.test(document.querySelector('#consumers .summary').textContent));
  const kept = (await rowKeys(page)).map((id) => blamed(service, process.sites[id]));
  assert.ok(kept.some((name) => name.includes('ThumbnailCache::insert')));
  assert.ok(kept.every((name) => !name.includes('Session')));
  await page.fill('#consumers input[type=search]', 'nothing is called this');
  await page.waitForSelector('#consumers .table-empty');
  assert.match(await page.textContent('#consumers .table-empty'), /No site matches/);
  await page.fill('#consumers input[type=search]', '');
  await page.waitForSelector('#consumers tr[data-key="0"]');

  const toggle = page.locator('#consumers tr[data-key="0"] .row-toggle');
  await toggle.press('Enter');
  assert.equal(await toggle.getAttribute('aria-expanded'), 'true');
  assert.ok(await toggle.evaluate((one) => one === document.activeElement), 'focus stays on the row');
  const stack = process.sites[0].stack;
  assert.equal(await page.locator('#consumers .detail .frame').count(), stack.length);
  await page.locator('#consumers .toggle input').check();
  const own = stack.filter((id) => !service.frames[id].system).length;
  assert.equal(await page.locator('#consumers .detail .frame:not(.skipped)').count(), own);
  assert.match(await page.textContent('#consumers .detail .skipped'), /3 system frames hidden/);
  await toggle.press('Enter');
  assert.equal(await page.locator('#consumers .detail').count(), 0);
  assertQuiet(page);
  await browser.leave(page);
});

test('the list downloads as CSV, without a network', async () => {
  const page = await browser.open(files.service);
  const [download] = await Promise.all([page.waitForEvent('download'), page.click('#consumers .toolbar .button')]);
  const lines = readFileSync(await download.path(), 'utf8').split('\r\n');
  assert.equal(lines.length, 1 + service.processes[0].top.live.length);
  assert.match(lines[0], /^function,file,line,live_bytes/);
  assert.ok(lines[1].includes(`,${service.processes[0].sites[0].live_bytes},`));
  assertQuiet(page);
  await browser.leave(page);
});

test('the timeline zooms by dragging, walks by keys and hides lines', async () => {
  const page = await browser.open(files.service);
  const { timeline } = service.processes[0];
  assert.match(await page.textContent('.legend'), /136\.8 MiB.*at the end/);
  const over = page.locator('.chart .u-over');
  await over.evaluate((one) => one.scrollIntoView({ block: 'center' }));
  const box = await over.boundingBox();
  await page.mouse.move(box.x + box.width * 0.25, box.y + 60);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.5, box.y + 60, { steps: 4 });
  await page.mouse.up();
  const [from, to] = /range=(\d+)-(\d+)/.exec(await hashOf(page)).slice(1).map(Number);
  const end = timeline.time_ns.at(-1);
  assert.ok(Math.abs(from / end - 0.25) < 0.02 && Math.abs(to / end - 0.5) < 0.02, `${from}-${to}`);
  await page.getByRole('button', { name: 'Reset zoom' }).first().click();
  assert.ok(!(await hashOf(page)).includes('range='));
  await page.mouse.move(0, 0);
  await page.focus('.chart');
  await page.keyboard.press('Home');
  assert.match(await page.textContent('.legend'), /Heap0 B/);
  await page.keyboard.press('End');
  assert.match(await page.textContent('.legend-time'), /3m 04s/);
  const rss = page.locator('.legend-item', { hasText: 'RSS' });
  await rss.press('Enter');
  assert.equal(await rss.getAttribute('aria-pressed'), 'false');
  assertQuiet(page);
  await browser.leave(page);
});

for (const width of [1280, 400]) {
  test(`the bar leads to every section, ${width} px wide`, async () => {
    const page = await browser.open(files.service, { width, hash: '#open=0' });
    await page.emulateMedia({ reducedMotion: 'reduce' });
    // What is far away is not drawn before one gets there.
    await page.waitForFunction(() => !document.querySelector('#terms h2').checkVisibility({ contentVisibilityAuto: true }));
    for (const link of (await page.locator('.sections a').all()).reverse()) {
      await link.click();
      const id = (await link.getAttribute('href')).replace('#section=', '');
      await page.waitForFunction((at) => {
        const { top } = document.getElementById(at).getBoundingClientRect();
        return Math.abs(top - 64) < 4 || (top > 0 && scrollY + innerHeight >= document.documentElement.scrollHeight - 2);
      }, id);
    }
    assertQuiet(page);
    await browser.leave(page);
  });
}

test('the flame graph adds up, zooms, finds and walks', async () => {
  const page = await browser.open(files.service);
  await showEverything(page);
  const { totals, sites } = service.processes[0];
  const amount = (node) => page.$eval(node, (one) => Number(one.dataset.amount));
  assert.equal(await amount('.flame-node[data-depth="0"]'), sites.reduce((sum, site) => sum + site.live_bytes, 0));
  assert.equal(await amount('.flame-node[data-depth="0"]'), totals.live_bytes);
  const worker = sites.filter((site) => site.stack.some((id) => service.frames[id].function === 'imgcache::Worker::loop()')).reduce((sum, site) => sum + site.live_bytes, 0);
  const node = page.locator('.flame-node', { hasText: /^imgcache::Worker::loop\(\)$/ });
  assert.equal(Number(await node.getAttribute('data-amount')), worker);
  const beforeWidth = (await node.boundingBox()).width;
  await node.click();
  assert.ok((await node.boundingBox()).width > beforeWidth * 1.1);
  await page.locator('.flame-node[tabindex="0"]').focus();
  await page.keyboard.press('ArrowDown');
  assert.match(await page.textContent('.flame-info'), /Worker::handle/);
  await page.keyboard.press('Escape');
  assert.ok(Math.abs((await node.boundingBox()).width - beforeWidth) < 2);
  await page.fill('#flame input[type=search]', 'worker::loop');
  await page.waitForSelector('.flame-node.match');
  assert.match(await page.textContent('.flame-head .summary'), /worker::loop/);
  await page.selectOption('#flame select', 'allocations');
  assert.equal(await amount('.flame-node[data-depth="0"]'), totals.allocations);
  await page.getByLabel('From the allocation outwards').check();
  assert.equal(await amount('.flame-node[data-depth="0"]'), totals.allocations);
  assertQuiet(page);
  await browser.leave(page);
});

test('any two snapshots compare by site', async () => {
  const page = await browser.open(files.service);
  const { snapshots, sites, totals } = service.processes[0];
  const [from, to] = await page.locator('#compare select').all();
  await from.selectOption('0');
  await to.selectOption('2');
  const held = (snapshot) => new Map(snapshot.sites.map((one) => [one.site, one.bytes]));
  const [a, b] = [held(snapshots[0]), held(snapshots[2])];
  const expected = sites.map((site) => (b.get(site.id) ?? 0) - (a.get(site.id) ?? 0)).filter((bytes) => bytes !== 0).sort((x, y) => y - x);
  const cells = '#compare .panel:last-of-type tbody td:nth-child(2) data';
  assert.deepEqual((await values(page, cells)).filter((bytes) => bytes !== 0), expected);
  assert.equal((await values(page, '#compare > .summary data'))[0], snapshots[2].heap_bytes - snapshots[0].heap_bytes);
  await page.getByLabel('Swap the two moments').click();
  assert.equal((await values(page, '#compare > .summary data'))[0], snapshots[0].heap_bytes - snapshots[2].heap_bytes);
  await from.selectOption('start');
  await to.selectOption('end');
  assert.equal((await values(page, '#compare > .summary data'))[0], totals.live_bytes);
  await page.locator('#compare .row-toggle').first().click();
  assert.ok(await page.locator('#compare .detail .frame').count() > 0);
  assertQuiet(page);
  await browser.leave(page);
});
