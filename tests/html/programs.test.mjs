// Pages of programs that were not made for the tests: every view is drawn, and its main figure is that of the JSON.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { after, before, test } from 'node:test';
import { assertAccessible, assertNoSideScroll, assertQuiet, Browser, showEverything } from './browser.mjs';
import { functionName, tableOf } from './figures.mjs';
import { record } from './traces.mjs';

const QUERY = 'create table t(a, b); with recursive n(i) as (select 1 union all select i + 1 from n where i < 20000) ' +
  "insert into t select i, 'row ' || i from n; select count(*) from t where b like '%7%' order by a;";
const SCRIPT = 'import json; kept = [json.loads(json.dumps({"a": [i] * 20})) for i in range(3000)]; print(len(kept))';
const PROGRAMS = { sqlite3: ['sqlite3', ':memory:', QUERY], python3: ['python3', '-c', SCRIPT] };

function installed(name) {
  try {
    execFileSync(name, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

let browser;
before(async () => (browser = await Browser.start()));
after(async () => browser?.close());

for (const [name, command] of Object.entries(PROGRAMS)) {
  test(`every view of ${name}`, { skip: installed(name) ? false : `${name} is not installed` }, async () => {
    const { html, report } = record(name, ...command);
    // A wrapper script may stand in front of the program.
    const index = report.processes.reduce((most, one, i) => (one.totals.allocations > report.processes[most].totals.allocations ? i : most), 0);
    const process = report.processes[index];
    const { totals, sites } = process;
    const page = await browser.open(html, { hash: `#process=${index}` });
    await showEverything(page);
    const number = (selector) => page.$eval(selector, (one) => Number(one.value ?? one.dataset.amount));
    const { top } = process;
    assert.match(process.exe, new RegExp(name.replace(/\d$/, '')));
    assert.equal(await number('.tile[data-figure=live_bytes] data'), totals.live_bytes);
    assert.equal(await number('.tile[data-figure=allocations] data'), totals.allocations);
    assert.equal(await page.textContent('.verdict'), process.verdict);
    assert.equal(await page.locator('#findings .finding').count(), Math.min(12, (process.findings ?? []).length));
    const amounts = (column) => page.$$eval(`#consumers tbody tr[data-key] > td:nth-child(${column}) data`, (all) => all.map((one) => Number(one.value)));
    assert.deepEqual((await amounts(2)).slice(0, top.live.length), top.live.slice(0, 25).map((id) => sites[id].live_bytes));
    // These programs have no line information: a function is one at all its places.
    const functionOf = ({ blamed, stack }) => { const frame = report.frames[blamed ?? stack[0]]; return `${functionName(frame)}\n${frame.module}`; };
    const functions = new Set(sites.filter((site) => site.live_bytes > 0).map(functionOf));
    await page.selectOption('#consumers .labelled select', 'function');
    assert.equal((await tableOf(page, '#consumers table')).length, Math.min(25, functions.size));
    await page.selectOption('#consumers .labelled select', 'stack');
    const flame = () => page.$eval('.flame-node[data-depth="0"]', (one) => Number(one.dataset.amount));
    for (const [cost, of] of Object.entries({ live: 'live_bytes', peak: 'peak_bytes', allocations: 'allocations', temporary: 'temporary_allocations' })) {
      await page.selectOption('#flame .labelled:has-text("Measured by") select', cost);
      assert.equal(await flame(), sites.reduce((sum, site) => sum + site[of], 0), cost);
    }
    const sizes = await page.$$eval('#sizes tbody tr > td:nth-child(2) data', (all) => all.reduce((sum, one) => sum + Number(one.value), 0));
    assert.equal(sizes, process.size_classes.reduce((sum, one) => sum + one.allocations, 0));
    await browser.shoot(page, `program-${name}`);
    await assertNoSideScroll(page);
    await assertAccessible(page);
    assertQuiet(page);
    await browser.leave(page);
  });
}
