// The kinds of leaks that findings name, of a real program: on the cards, and the pages they lead to.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
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
  await browser.leave(page);
});

const blamedOf = (report, finding) => report.frames[report.processes[0].sites[finding.site].blamed];

test('a card shows the source around the blamed line', async () => {
  const page = await browser.open(store.html);
  const index = process.findings.findIndex((one) => one.site !== undefined && blamedOf(store.report, one).source);
  assert.ok(index >= 0, 'the program was built here');
  const frame = blamedOf(store.report, process.findings[index]);
  const file = readFileSync(new URL('programs/document_store.cpp', import.meta.url), 'utf8').split('\n');
  frame.source.lines.forEach((line, i) => assert.equal(line, file[frame.source.first_line - 1 + i]));
  const lines = page.locator('#findings .finding').nth(index).locator('.source-line');
  assert.deepEqual(await lines.locator('.source-number').allTextContents(), frame.source.lines.map((_, i) => String(frame.source.first_line + i)));
  const code = await lines.locator('code').allTextContents();
  frame.source.lines.forEach((line, i) => assert.equal(code[i].trim(), line.trim()));
  assert.match(await page.locator('#findings .finding').nth(index).locator('.source-line.here').textContent(), new RegExp(`^${frame.line}`));
  assertQuiet(page);
  await browser.leave(page);
});

test('source is text, and without it there is none', async () => {
  const hostile = structuredClone(store.report);
  const plain = structuredClone(store.report);
  const finding = process.findings.find((one) => one.site !== undefined);
  blamedOf(hostile, finding).source = { first_line: blamedOf(hostile, finding).line, lines: ['<img src=x onerror="globalThis.hacked = 1">'] };
  for (const frame of plain.frames) delete frame.source;
  const page = await browser.open(browser.render('hostile-source', hostile).html);
  assert.match(await page.locator('.source-line.here').first().textContent(), /<img src=x/);
  assert.equal(await page.locator('main img').count(), 0);
  assert.equal(await page.evaluate(() => globalThis.hacked), undefined);
  const without = await browser.open(browser.render('no-source', plain).html);
  assert.equal(await without.locator('.source').count(), 0);
  for (const one of [page, without]) {
    assertQuiet(one);
    await browser.leave(one);
  }
});

test('each kind that is named has one page, and no other', async () => {
  const page = await browser.open(store.html);
  const named = [...new Set(process.findings.flatMap((one) => one.pattern?.kind ?? []))].sort();
  const shown = await page.locator('#patterns .pattern-page').evaluateAll((all) => all.map((one) => one.id.replace('pattern-', '')));
  assert.deepEqual(shown.sort(), named);
  assertQuiet(page);
  await browser.leave(page);
});

test('a report without kinds has no such section', async () => {
  const plain = structuredClone(store.report);
  delete plain.patterns;
  for (const finding of plain.processes[0].findings) delete finding.pattern;
  const page = await browser.open(browser.render('no-patterns', plain).html);
  assert.equal(await page.locator('#patterns').count(), 0);
  assert.equal(await page.locator('.pattern').count(), 0);
  assertQuiet(page);
  await browser.leave(page);
});
