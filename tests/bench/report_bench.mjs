// How fast a report answers in headless Chromium: the time until it can be used, and of each interaction the time from
// the event until the next frame is drawn.
//   node report_bench.mjs REPORT.html [ROUNDS]
// LEAK_NPM_DIR: a folder whose node_modules has playwright-core; CHROMIUM: the browser (default: chromium).
// Each figure is the median of the rounds. "cpu" is the time of the page's main thread: it holds on a busy machine too.
import { statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const [file, roundsText = '5'] = process.argv.slice(2);
if (!file || !process.env.LEAK_NPM_DIR) {
  console.error('usage: LEAK_NPM_DIR=DIR node report_bench.mjs REPORT.html [ROUNDS]');
  process.exit(2);
}
const { chromium } = createRequire(join(process.env.LEAK_NPM_DIR, 'package.json'))('playwright-core');
const rounds = Number(roundsText);

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
});

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

// Steps that leave the page as it was: a change and its way back.
const STEPS = [
  ['sort by peak', { click: '#consumers [data-sort=peak]' }, { click: '#consumers [data-sort=live]' }],
  ['sort by name', { click: '#consumers [data-sort=site]' }, { click: '#consumers [data-sort=live]' }],
  ['order by allocations', { click: '#consumers-panel-tab-allocations' }, { click: '#consumers-panel-tab-live' }],
  ['next page', { click: '#consumers .pager button:last-child' }, { click: '#consumers .pager button:first-child' }],
  ['open a row', { click: '#consumers .row-toggle' }, { click: '#consumers .row-toggle' }],
  ['filter', { input: '#consumers input[type=search]', value: 'descend -<3' }, { input: '#consumers input[type=search]', value: '' }],
  ['group by function', { select: '#consumers .labelled select', value: 'function' }, { select: '#consumers .labelled select', value: 'stack' }],
  ['timeline by site', { select: '#timeline select', value: 'stack' }, { select: '#timeline select', value: '' }],
  ['flame: zoom', { click: '.flame-node[data-depth="6"]' }, { click: '.flame-node[data-depth="0"]' }],
  ['flame: find', { input: '#flame input[type=search]', value: 'descend<7' }, { input: '#flame input[type=search]', value: '' }],
  ['flame: at the peak', { select: '#flame .labelled select', value: 'peak' }, { select: '#flame .labelled select', value: 'live' }],
  ['flame: from the leaf', { toggle: '#flame .toggle', text: 'outwards' }, { toggle: '#flame .toggle', text: 'outwards' }],
  ['flame: collapse recursion', { toggle: '#flame .toggle', text: 'recursion' }, { toggle: '#flame .toggle', text: 'recursion' }],
  ['flame: as a tree', { click: '#flame [data-choice=tree]' }, { click: '#flame [data-choice=graph]' }],
  ['snapshots: pick', { select: '#compare select', value: 'start' }, { select: '#compare select', value: '0' }],
  ['snapshots: group', { select: '#compare .toolbar label:nth-of-type(3) select', value: 'function' }, { select: '#compare .toolbar label:nth-of-type(3) select', value: 'stack' }],
  ['brush', { release: '#timeline .u-over' }, { click: '.rangebar button' }],
];

// In the page: does the step, then waits until its outcome is drawn. Searches wait for the reader to stop typing: they
// are given what follows that pause.
async function act(step) {
  const drawn = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  const changed = (element, kind) => element.dispatchEvent(new Event(kind, { bubbles: true }));
  const at = (selector) => {
    const found = document.querySelector(selector);
    if (!found) throw new Error(`nothing matches ${selector}`);
    return found;
  };
  const from = performance.now();
  let pause = 0;
  if (step.click) at(step.click).click();
  if (step.select) changed(Object.assign(at(step.select), { value: step.value }), 'change');
  if (step.toggle) [...document.querySelectorAll(step.toggle)].find((one) => one.textContent.includes(step.text)).querySelector('input').click();
  if (step.input) {
    changed(Object.assign(at(step.input), { value: step.value }), 'input');
    pause = 120;
    await new Promise((done) => setTimeout(done, pause));
  }
  if (step.release) document.dispatchEvent(new MouseEvent('mouseup', { bubbles: true, button: 0 }));
  await drawn();
  return performance.now() - from - pause;
}

const cpu = async (session) => {
  const { metrics } = await session.send('Performance.getMetrics');
  return metrics.find((one) => one.name === 'TaskDuration').value * 1000;
};

async function openPage() {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  const from = performance.now();
  await page.goto(pathToFileURL(resolve(file)).href);
  await page.waitForSelector('html[data-ready]');
  const wall = performance.now() - from;
  return { page, session, wall, cpu: await cpu(session) };
}

// Up to the moment when the button is let go.
async function drag(page, selector) {
  await page.locator(selector).scrollIntoViewIfNeeded();
  const box = await page.locator(selector).boundingBox();
  await page.mouse.move(box.x + box.width * 0.2, box.y + 40);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.7, box.y + 50, { steps: 4 });
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
}

const opens = [];
const times = new Map(STEPS.map(([name]) => [name, []]));
for (let round = 0; round < rounds; ++round) {
  const { page, session, ...opened } = await openPage();
  opens.push(opened);
  for (const id of ['flame', 'timeline']) await page.locator(`#${id}`).scrollIntoViewIfNeeded();
  await page.waitForSelector('.flame-node');
  for (const [name, step, back] of STEPS) {
    if (step.release) await drag(page, step.release);
    const before = await cpu(session);
    const wall = await page.evaluate(act, step);
    times.get(name).push({ wall, cpu: await cpu(session) - before });
    await page.evaluate(act, back);
    if (step.release) await page.mouse.up();
  }
  await page.close();
}
await browser.close();

const line = (name, all) => console.log(`${name.padEnd(28)}${['wall', 'cpu'].map((kind) => median(all.map((one) => one[kind])).toFixed(0).padStart(8)).join('')}`);
console.log(`${file}: ${(statSync(file).size / 1e6).toFixed(2)} MB, median of ${rounds}\n${'ms'.padEnd(28)}    wall     cpu`);
line('open', opens);
for (const [name, all] of times) line(name, all);
