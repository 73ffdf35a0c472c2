// Every figure of the first screen, the cards, the timeline and the trees of real programs is that of the JSON report of
// the same trace.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hashOf, settle } from './browser.mjs';
import { figuresOf, lostBytes, mergedStacks, sum, tableOf } from './figures.mjs';
import { browser, close, each, falling, open, service } from './program_pages.mjs';

const BOX = 4;  // px: narrower ones are not drawn

each('first screen', async (made, process) => {
  const page = await open(made);
  const { totals, truth, cycles, timeline, mappings } = process;
  const shown = await page.$$eval('.tile:has(data)', (all) => Object.fromEntries(all.map((one) => [one.dataset.figure, Number(one.querySelector('data').value)])));
  assert.deepEqual(shown, {
    live_bytes: totals.live_bytes, lost_bytes: truth.definitely_lost.bytes + truth.indirectly_lost.bytes, cycles: sum(cycles, (one) => one.instances),
    peak_bytes: totals.peak_bytes, allocations: totals.allocations, temporary_allocations: totals.temporary_allocations, duration_ns: process.duration_ns,
    ...(timeline.rss_bytes.some((one) => one > 0) ? { rss_peak: Math.max(...timeline.rss_bytes) } : {}),
    mappings_live_bytes: mappings.live_bytes, snapshots: process.snapshots.length,
  });
  await close(page);
});

const BADGES = { good: 'Note', warning: 'Warning', critical: 'Critical' };

each('cards', async (made, process) => {
  const page = await open(made);
  const more = page.locator('#findings .more');
  if (await more.count()) await more.click();
  const cards = await page.$$eval('#findings .finding', (all) => all.map((card) => ({
    badge: card.querySelector('.badge').textContent, title: card.querySelector('h3').textContent, figures: [...card.querySelectorAll('.numbers data')].map((one) => Number(one.value)),
    evidence: [...card.querySelectorAll('.evidence dd')].map((one) => one.textContent),
  })));
  assert.deepEqual(cards, process.findings.map((finding) => {
    const site = process.sites[finding.site];
    return { badge: BADGES[finding.severity], title: finding.title, figures: [finding.bytes, finding.blocks, ...(site?.growth?.slope_bytes_per_s && !finding.evidence.growth ? [site.growth.slope_bytes_per_s] : [])], evidence: Object.values(finding.evidence) };
  }));
  await close(page);
});

each('timeline at a point', async (made, process) => {
  const page = await open(made);
  const { timeline } = process;
  const lines = { Heap: timeline.heap_bytes, 'Heap, highest between points': timeline.heap_max_bytes, RSS: timeline.rss_bytes, Mapped: timeline.mapped_bytes, Blocks: timeline.blocks };
  const legend = () => page.$$eval('.legend-item', (all) => all.map((one) => [one.querySelector('.legend-name').textContent, Number(one.querySelector('data').value)]));
  const last = timeline.time_ns.length - 1;
  assert.ok((await legend()).length >= 2);
  const expectAt = async (at) => {
    for (const [name, value] of await legend()) assert.equal(value, lines[name][at], `${name} at point ${at}`);
  };
  await expectAt(last);  // without a cursor
  await page.focus('.chart');
  await page.keyboard.press('Home');
  await expectAt(0);
  for (let at = 1; at <= 5; ++at) {
    await page.keyboard.press('ArrowRight');
    await expectAt(Math.min(at, last));
  }
  await page.keyboard.press('PageDown');
  await expectAt(Math.min(25, last));
  await page.keyboard.press('End');
  await expectAt(last);
  await close(page);
});

// Whether a program has a spike depends on how busy the machine is: here it is put into the report.
test('spikes lead to their part of the timeline', async () => {
  const report = structuredClone(service.report);
  const [process] = report.processes;
  const at = (share) => Math.round(process.duration_ns * share);
  process.spikes = [
    { begin_ns: at(0.4), top_ns: at(0.41), end_ns: at(0.45), from_bytes: 1000, top_bytes: 9000, sites: [] },
    { begin_ns: at(0.8), top_ns: at(0.81), from_bytes: 2000, top_bytes: 7000, sites: [] },
  ];
  const page = await open(browser.render('spikes', report));
  assert.deepEqual(await figuresOf(page, '.spikes data'), [8000, 5000]);
  const range = async () => /range=(\d+)-(\d+)/.exec(await hashOf(page)).slice(1).map(Number);
  for (const [i, spike] of process.spikes.entries()) {
    await page.locator('.spikes button').nth(i).click();
    const [from, to] = await range();
    assert.ok(from < spike.begin_ns && from > 0 && to >= (spike.end_ns ?? process.duration_ns), `${from} to ${to}`);
  }
  await settle(page);
  await close(page);
  delete process.spikes;
  const without = await open(browser.render('no-spikes', report));
  assert.equal(await without.locator('.spikes').count(), 0);
  await close(without);
});

const COSTS = {
  live: (site) => site.live_bytes, lost: lostBytes, peak: (site) => site.peak_bytes,
  allocations: (site) => site.allocations, temporary: (site) => site.temporary_allocations,
};

each('flame graph, every box of every width in both directions', async (made, process) => {
  const page = await open(made);
  const select = page.locator('#flame .labelled:has-text("Measured by") select');
  for (const inverted of [false, true]) {
    if (inverted) await page.getByLabel('From the allocation outwards').check();
    for (const [cost, of] of Object.entries(COSTS)) {
      await select.selectOption(cost);
      const levels = mergedStacks(made.report, process.sites, of, { inverted });
      const { boxes, width } = await page.$eval('.flame', (flame) => ({
        width: flame.clientWidth, boxes: [...flame.querySelectorAll('.flame-node')].map((one) => [Number(one.dataset.depth), Number(one.dataset.amount)]),
      }));
      if (levels[0][0].value === 0) {
        assert.deepEqual(boxes, [[0, 0]], cost);
        continue;
      }
      assert.ok(boxes.length > 5);
      levels.forEach((level, depth) => {
        const shown = falling(boxes.filter(([at]) => at === depth).map(([, amount]) => amount));
        const [certain, perhaps] = [1e-6, -1e-6].map((margin) => falling(level.filter((one) => one.share * width >= BOX + margin).map((one) => one.value)));
        assert.ok(shown.length >= certain.length && shown.length <= perhaps.length, `${cost}, depth ${depth}: ${shown.length} boxes`);
        assert.deepEqual(shown, perhaps.slice(0, shown.length), `${cost}, depth ${depth}`);
      });
    }
  }
  await close(page);
});

each('call tree', async (made, process) => {
  const page = await open(made, '#shape=tree');
  const select = page.locator('#flame .labelled:has-text("Measured by") select');
  for (const [cost, of] of Object.entries(COSTS)) {
    await select.selectOption(cost);
    const levels = mergedStacks(made.report, process.sites, of);
    const rows = await tableOf(page, '.call-tree');
    assert.equal(sum(rows.filter((row) => row.key === '1'), (row) => row.Total), sum(process.sites, (site) => Math.max(0, of(site))), cost);
    for (const { key, Total: total, Itself: itself, name } of rows) {
      assert.ok(name.startsWith('and ') || levels[Number(key)].some((one) => one.value === total && (one.itself || null) === itself), `${cost}: ${name}, ${total}, ${itself}`);
    }
  }
  await close(page);
});
