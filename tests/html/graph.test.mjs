// Cycles and retention as pictures, of a real program whose documents own each other and whose cache is held by a
// global: every node and every pointer of a picture is one of the JSON report.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertAccessible, assertNoSideScroll, assertQuiet } from './browser.mjs';
import { browser, store } from './store.mjs';

const [process] = store.report.processes;

const texts = (locator) => locator.evaluateAll((all) => all.map((one) => one.textContent));

test('a cycle is drawn with its blocks, its pointers and the one to cut', async () => {
  const page = await browser.open(store.html);
  const [cycle] = process.cycles;
  const card = page.locator('#cycles .finding').first();
  assert.match(await card.locator('h3').textContent(), new RegExp(`^${cycle.instances} cycles of ${cycle.block_count} blocks`));
  assert.deepEqual(await texts(card.locator('.node-title')), cycle.blocks.map((block) => block.type));
  const notes = await texts(card.locator('.node-note'));
  cycle.blocks.forEach((block, i) => assert.match(notes[i], new RegExp(`^${block.size} B, use count ${block.use_count}`)));
  // Of the two words of a shared pointer the first is shown.
  const first = cycle.edges.filter((edge) => !cycle.edges.some((other) => other.from === edge.from && other.to === edge.to && other.offset + 8 === edge.offset));
  assert.equal(await card.locator('.edge').count(), first.length);
  const cut = first.filter((edge) => edge.cut);
  assert.equal(cut.length, 1);
  assert.match((await texts(card.locator('.edge.cut .edge-label'))).join(), new RegExp(`offset ${cut[0].offset}.*cut here`));
  assert.match(await card.locator('.advice').textContent(), /weak/);
  assertQuiet(page);
  await browser.leave(page);
});

test('the first screen tells what is lost and how many cycles there are', async () => {
  const page = await browser.open(store.html);
  const { definitely_lost: lost, indirectly_lost: held } = process.truth;
  const shown = (key) => page.$eval(`.tile[data-figure=${key}] data`, (one) => Number(one.value));
  assert.equal(await shown('lost_bytes'), lost.bytes + held.bytes);
  assert.match(await page.textContent('.tile[data-figure=lost_bytes] .tile-note'), new RegExp(`^${lost.blocks + held.blocks} blocks$`));
  assert.equal(await shown('cycles'), process.cycles.reduce((sum, cycle) => sum + cycle.instances, 0));
  const typed = process.findings.findIndex((finding) => process.sites[finding.site]?.types?.length > 0);
  assert.ok(typed >= 0);
  const names = process.sites[process.findings[typed].site].types.slice(0, 3).map((type) => type.name);
  assert.match(await page.locator('#findings .finding').nth(typed).locator('.numbers').textContent(), new RegExp(names.join(', ').replace(/[()[\]*+?.\\^$|{}]/g, '\\$&')));
  assertQuiet(page);
  await browser.leave(page);
});

// What this program does not have, put into its report by hand.
const rich = structuredClone(store.report);
const [page0] = rich.processes;
const [first, second] = page0.sites;
page0.weakly_held = [{ type: 'store::Page', site: first.id, blocks: 7, bytes: 1680 }, { type: '', blocks: 2, bytes: 64 }];
page0.structural_cycles = [{ instances: 3, bytes: 480, block_count: 4, type: 'Node', site: second.id }];
page0.graph_delta = { from: 'marker:warm', to: 'exit', appeared: [
  { site: first.id, blocks: 10, bytes: 4096, retained_by: [{ root: 'store::g_cache (store)', kind: 'global', blocks: 10, bytes: 4096 }] },
  { blocks: 1, bytes: 32, retained_by: [] }] };

test('weakly held memory, lost containers and what came to stay are those of the report', async () => {
  const { html } = browser.render('rich', rich);
  const page = await browser.open(html);
  const rows = (id) => page.$$eval(`#${id} tbody tr[data-key]`, (all) => all.map((row) => [...row.querySelectorAll('data')].map((one) => Number(one.value))));
  assert.deepEqual(await rows('weak'), [[1680, 7], [64, 2]]);
  assert.deepEqual(await rows('rings'), [[480, 12, 3]]);
  assert.deepEqual(await rows('delta'), [[4096, 10, 4096, 10], [32, 1]]);  // and what holds them
  assert.match(await page.textContent('#delta'), /snapshot \u201cwarm\u201d.*store::g_cache \(store\): 4\.0 KiB in 10 blocks/s);
  await page.locator('#delta .row-toggle').first().click();
  assert.ok(await page.locator('#delta .detail .frame').count() > 0);
  const bare = await browser.open(store.html);
  for (const id of ['weak', 'delta']) assert.equal(await bare.locator(`#${id}`).count(), 0);
  for (const one of [page, bare]) {
    assertQuiet(one);
    await browser.leave(one);
  }
});

for (const scheme of ['light', 'dark']) {
  test(`the lists of the graph are accessible in ${scheme}`, async () => {
    const { html } = browser.render('rich', rich);
    for (const width of [1280, 400]) {
      const page = await browser.open(html, { scheme, width });
      for (const id of ['delta', 'weak', 'rings']) await browser.shoot(page, `graph-${id}-${scheme}-${width}`, `#${id}`);
      await browser.shoot(page, `store-first-${scheme}-${width}`, 'main');
      await assertNoSideScroll(page);
      await assertAccessible(page, ['#delta', '#weak', '#rings']);
      assertQuiet(page);
      await browser.leave(page);
    }
  });
}

test('a site shows what holds it, and the way from the root', async () => {
  const site = process.sites.find((one) => one.path && one.path.steps.length > 2);
  const page = await browser.open(store.html, { hash: `#open=${site.id}` });
  const detail = page.locator('#consumers .detail');
  assert.match(await detail.textContent(), /Held by\s*store::g_cache/);
  const titles = await texts(detail.locator('.node > title'));
  assert.equal(titles[0].replace(/\n(.*)/, ' ($1)'), site.path.root);
  assert.deepEqual(titles.slice(1).map((text) => text.split('\n')[0]), site.path.steps.map((step) => step.type || 'block'));
  assert.deepEqual(await texts(detail.locator('.edge-label')), site.path.steps.map((step, i) => (i === 0 ? 'points to' : `at offset ${step.offset}`)));
  assertQuiet(page);
  await browser.leave(page);
});

test('terms explain what this report has', async () => {
  const page = await browser.open(store.html);
  const words = await texts(page.locator('#terms dt'));
  for (const word of ['Definitely lost', 'Still reachable', 'Reference cycle', 'Root']) assert.ok(words.includes(word), word);
  const plain = structuredClone(store.report);
  for (const part of ['truth', 'cycles', 'types', 'retained']) delete plain.processes[0][part];
  const without = await browser.open(browser.render('plain', plain).html);
  assert.ok(!(await texts(without.locator('#terms dt'))).some((word) => /lost|cycle|Root/.test(word)));
  for (const one of [page, without]) {
    assertQuiet(one);
    await browser.leave(one);
  }
});

test('a root opens into the sites it holds', async () => {
  const page = await browser.open(store.html);
  const [root] = process.retained;
  const row = page.locator('#truth tr', { hasText: root.root });
  assert.equal(Number(await row.locator('td data').first().getAttribute('value')), root.bytes);
  await row.locator('.row-toggle').press('Enter');
  const held = process.sites.filter((site) => site.retained_by?.some((one) => one.root === root.root));
  assert.equal(await page.locator('#truth .detail .folds > li').count(), Math.min(held.length, 5 + (held.length > 5)));
  assert.equal(await page.locator('#truth .detail .picture').count(), 1);
  assertQuiet(page);
  await browser.leave(page);
});

for (const scheme of ['light', 'dark']) {
  test(`pictures are accessible in ${scheme}`, async () => {
    for (const width of [1280, 400]) {
      const page = await browser.open(store.html, { hash: '#open=0', scheme, width });
      await page.locator('#truth .row-toggle').first().click();
      for (const section of ['cycles', 'truth', 'consumers']) await browser.shoot(page, `store-${section}-${scheme}-${width}`, `#${section}`);
      await assertNoSideScroll(page);
      await assertAccessible(page, ['#cycles', '#truth', '#consumers']);
      assertQuiet(page);
      await browser.leave(page);
    }
  });
}
