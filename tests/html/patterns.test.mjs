// The kinds of leaks that findings name, of a real program: on the cards, and the pages they lead to.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertAccessible, assertQuiet } from './browser.mjs';
import { browser, store } from './store.mjs';

const [process] = store.report.processes;

test('a finding names its kind with its evidence and leads to the page about it', async () => {
  const finding = process.findings.find((one) => one.pattern);
  const described = store.report.patterns.find((one) => one.kind === finding.pattern.kind);
  const page = await browser.open(store.html);
  const card = page.locator(`#findings .pattern[data-kind="${finding.pattern.kind}"]`).first();
  assert.match(await card.locator('h4').textContent(), new RegExp(`^${finding.pattern.name} ${Math.round(finding.pattern.confidence * 100)} % sure$`));
  assert.deepEqual(await card.locator('li').evaluateAll((all) => all.map((one) => one.textContent)), finding.pattern.evidence);
  await card.locator('a').click();
  const article = page.locator(`#pattern-${finding.pattern.kind}`);
  assert.equal(await page.evaluate(() => document.activeElement?.id), `pattern-${finding.pattern.kind}`);
  assert.equal(await article.locator('h3').textContent(), described.name);
  assert.deepEqual(await article.locator('code').evaluateAll((all) => all.map((one) => one.textContent)), [described.bad, described.good]);
  await assertAccessible(page, ['#findings', '#patterns']);
  assertQuiet(page);
  await page.close();
});

test('each kind that is named has one page, and no other', async () => {
  const page = await browser.open(store.html);
  const named = [...new Set(process.findings.flatMap((one) => one.pattern?.kind ?? []))].sort();
  const shown = await page.locator('#patterns .pattern-page').evaluateAll((all) => all.map((one) => one.id.replace('pattern-', '')));
  assert.deepEqual(shown.sort(), named);
  assertQuiet(page);
  await page.close();
});

test('a report without kinds has no such section', async () => {
  const plain = structuredClone(store.report);
  delete plain.patterns;
  for (const finding of plain.processes[0].findings) delete finding.pattern;
  const page = await browser.open(browser.render('no-patterns', plain).html);
  assert.equal(await page.locator('#patterns').count(), 0);
  assert.equal(await page.locator('.pattern').count(), 0);
  assertQuiet(page);
  await page.close();
});
