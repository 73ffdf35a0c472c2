// The flame graph and the call tree of a real program: every amount is a sum over the sites of the JSON report.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertAccessible, assertNoSideScroll, assertQuiet, hashOf, showEverything } from './browser.mjs';
import { browser, store } from './store.mjs';

const sites = store.report.processes[0].sites;

const sum = (of) => sites.reduce((total, site) => total + of(site), 0);
const through = (name) => sites.filter((site) => site.stack.some((id) => store.report.frames[id].function === name));
const amount = (page, selector) => page.$eval(selector, (one) => Number(one.dataset.amount));
const node = (page, name) => page.locator('.flame-node', { hasText: name }).first();

async function openFlame(hash = '', options = {}) {
  const page = await browser.open(store.html, { hash, ...options });
  await showEverything(page);
  return page;
}

test('each width adds up to the total of the report', async () => {
  const { totals, truth } = store.report.processes[0];
  const expected = {
    live: totals.live_bytes, lost: truth.definitely_lost.bytes + truth.indirectly_lost.bytes, peak: totals.peak_bytes,
    allocations: totals.allocations, temporary: totals.temporary_allocations,
  };
  const page = await openFlame();
  for (const [cost, total] of Object.entries(expected)) {
    await page.selectOption('#flame .labelled:has-text("Measured by") select', cost);
    assert.equal(await amount(page, '.flame-node[data-depth="0"]'), total, cost);
  }
  assertQuiet(page);
  await browser.leave(page);
});

test('a click shows the stacks of a function and their course, and the address restores it', async () => {
  const page = await openFlame('#cost=live');
  await node(page, 'store::serve').click();
  const serve = through('store::serve(int)').filter((site) => site.live_bytes > 0);
  const panel = page.locator('.selection');
  assert.equal(await panel.locator('h3').textContent(), 'store::serve(int)');
  assert.equal(Number(await panel.locator('dd data').nth(0).getAttribute('value')), serve.reduce((total, site) => total + site.live_bytes, 0));
  assert.match(await panel.locator('h4').first().textContent(), new RegExp(`^${serve.length} call stack`));
  assert.match(await panel.locator('.trend figcaption').first().textContent(), /Live bytes over the run/);
  await panel.locator('.folds summary').first().press('Enter');
  await panel.locator('.folds .frame').first().waitFor();
  assert.equal(await panel.locator('.folds .frame').count(), serve[0].stack.length);
  const again = await openFlame(await hashOf(page));
  assert.equal(await again.locator('.selection h3').textContent(), 'store::serve(int)');
  await again.locator('.flame-node[tabindex="0"]').press('Escape');
  assert.equal(await again.locator('.selection').count(), 0);
  const odd = await openFlame('#node=1.2.99999.x&colour=none&shape=none');
  assert.equal(await odd.locator('.selection').count(), 0);
  for (const one of [page, again, odd]) {
    assertQuiet(one);
    await browser.leave(one);
  }
});

test('recursion collapses to one call and keeps the sums', async () => {
  const page = await openFlame('#cost=allocations');
  const parses = () => page.$$eval('.flame-node', (all) => all.filter((one) => one.getAttribute('aria-label').startsWith('store::parse')).length);
  assert.ok(await parses() > 5);
  await page.getByLabel('Collapse recursion').check();
  assert.equal(await parses(), 1);
  const expected = through('store::parse(int)').reduce((total, site) => total + site.allocations, 0);
  const shown = await page.$$eval('.flame-node', (all) => Number(all.find((one) => one.getAttribute('aria-label').startsWith('store::parse')).dataset.amount));
  assert.equal(shown, expected);
  assert.equal(await amount(page, '.flame-node[data-depth="0"]'), sum((site) => site.allocations));
  assertQuiet(page);
  await browser.leave(page);
});

test('it turns over, hides system frames and changes its colours', async () => {
  const page = await openFlame();
  const top = () => page.$eval('.flame-node[data-depth="0"]', (one) => parseFloat(one.style.top));
  assert.equal(await top(), 0);
  await page.getByLabel('Root at the bottom').check();
  assert.ok(await top() > 100);
  await page.locator('.flame-node[tabindex="0"]').press('ArrowUp');
  assert.match(await page.textContent('.flame-info'), /_start/);
  await page.locator('#flame').getByLabel('Hide system frames').check();
  const names = await page.$$eval('.flame-node', (all) => all.map((one) => one.getAttribute('aria-label')));
  assert.ok(names.every((name) => !name.startsWith('std::')), names.join('\n'));
  for (const colour of ['module', 'growth']) {
    await page.selectOption('#flame .labelled:has-text("Colour") select', colour);
    assert.ok(await page.locator('.flame-legend').isVisible());
  }
  assert.match(await node(page, 'store::serve').getAttribute('class'), /heat-4/);
  assertQuiet(page);
  await browser.leave(page);
});

test('the call tree has the same amounts and opens row by row', async () => {
  const page = await openFlame('#shape=tree&cost=allocations');
  const row = page.locator('.call-tree tr', { has: page.locator('.site-function', { hasText: /^store::serve\(int\)$/ }) }).first();
  assert.equal(Number(await row.getAttribute('data-amount')), through('store::serve(int)').reduce((total, site) => total + site.allocations, 0));
  const firstRows = await page.$$eval('.call-tree tr[data-level="1"]', (all) => all.reduce((total, one) => total + Number(one.dataset.amount), 0));
  assert.equal(firstRows, sum((site) => site.allocations));
  const count = await page.locator('.call-tree tbody tr').count();
  const open = row.locator('.row-toggle');
  const before = await open.getAttribute('aria-expanded');
  await open.press('Enter');
  assert.notEqual(await open.getAttribute('aria-expanded'), before);
  assert.notEqual(await page.locator('.call-tree tbody tr').count(), count);
  assertQuiet(page);
  await browser.leave(page);
});

for (const scheme of ['light', 'dark']) {
  test(`flame graph and call tree are accessible in ${scheme}`, async () => {
    for (const width of [1280, 400]) {
      for (const [name, hash] of [['growth', '#colour=growth'], ['module', '#colour=module&cost=lost'], ['tree', '#shape=tree']]) {
        const page = await openFlame(hash, { scheme, width });
        await page.locator('.flame-node[data-depth="4"], .call-tree .row-toggle').first().click();
        await browser.shoot(page, `store-flame-${name}-${scheme}-${width}`, '#flame');
        await assertNoSideScroll(page);
        await assertAccessible(page, ['#flame']);
        assertQuiet(page);
        await browser.leave(page);
      }
    }
  });
}
