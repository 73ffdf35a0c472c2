// How fast a report answers in headless Chromium: the time until it can be used, and of each interaction, with its
// section in view, the time from the event
//   wall     until the next frame is drawn: what the reader looks at has its new state;
//   settled  until the whole page has it, with what is out of sight and worked out after that frame;
//   cpu      as the page's main thread was at work for all of it: this holds on a busy machine too.
//   node report_bench.mjs REPORT.html... [ROUNDS]
// LEAK_NPM_DIR: a folder whose node_modules has playwright-core; CHROMIUM: the browser (default: chromium).
// Each figure is the median of the rounds. Several reports take turns, so that two versions of a page compare on a
// machine that is not quiet. "nothing" is what waiting for frames takes by itself.
import { statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const files = process.argv.slice(2);
const rounds = /^[0-9]+$/.test(files.at(-1) ?? '') ? Number(files.pop()) : 5;
if (files.length === 0 || rounds === 0 || !process.env.LEAK_NPM_DIR) {
  console.error('usage: LEAK_NPM_DIR=DIR node report_bench.mjs REPORT.html... [ROUNDS]');
  process.exit(2);
}
const { chromium } = createRequire(join(process.env.LEAK_NPM_DIR, 'package.json'))('playwright-core');

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
});

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

// Steps of a section that leave the page as it was: a change and its way back.
const STEPS = [
  ['nothing', 'consumers', {}, {}],
  ['sort by peak', 'consumers', { click: '#consumers [data-sort=peak]' }, { click: '#consumers [data-sort=live]' }],
  ['sort by name', 'consumers', { click: '#consumers [data-sort=site]' }, { click: '#consumers [data-sort=live]' }],
  ['order by allocations', 'consumers', { click: '#consumers-panel-tab-allocations' }, { click: '#consumers-panel-tab-live' }],
  ['next page', 'consumers', { click: '#consumers .pager button:last-child' }, { click: '#consumers .pager button:first-child' }],
  ['open a row', 'consumers', { click: '#consumers .row-toggle' }, { click: '#consumers .row-toggle' }],
  ['filter', 'consumers', { input: '#consumers input[type=search]', value: 'descend -<3' }, { input: '#consumers input[type=search]', value: '' }],
  ['group by function', 'consumers', { select: '#consumers .labelled select', value: 'function' }, { select: '#consumers .labelled select', value: 'stack' }],
  ['timeline by site', 'timeline', { select: '#timeline select', value: 'stack' }, { select: '#timeline select', value: '' }],
  ['flame: zoom', 'flame', { click: '.flame-node[data-depth="6"]' }, { click: '.flame-node[data-depth="0"]' }],
  ['flame: find', 'flame', { input: '#flame input[type=search]', value: 'descend<7' }, { input: '#flame input[type=search]', value: '' }],
  ['flame: at the peak', 'flame', { select: '#flame .labelled select', value: 'peak' }, { select: '#flame .labelled select', value: 'live' }],
  ['flame: from the leaf', 'flame', { toggle: '#flame .toggle', text: 'outwards' }, { toggle: '#flame .toggle', text: 'outwards' }],
  ['flame: collapse recursion', 'flame', { toggle: '#flame .toggle', text: 'recursion' }, { toggle: '#flame .toggle', text: 'recursion' }],
  ['flame: as a tree', 'flame', { click: '#flame [data-choice=tree]' }, { click: '#flame [data-choice=graph]' }],
  ['snapshots: pick', 'compare', { select: '#compare select', value: 'start' }, { select: '#compare select', value: '0' }],
  ['snapshots: group', 'compare', { select: '#compare .toolbar label:nth-of-type(3) select', value: 'function' }, { select: '#compare .toolbar label:nth-of-type(3) select', value: 'stack' }],
  ['brush', 'timeline', { release: '#timeline .u-over' }, { click: '.rangebar button' }],
];

// In the page: does the step, then waits until its outcome is drawn and the page is at rest. Searches wait for the reader to stop typing: they
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
  const wall = performance.now() - from - pause;
  if (!document.querySelector('[aria-busy=true]')) return { wall, settled: wall };
  while (document.querySelector('[aria-busy=true]')) await new Promise((done) => setTimeout(done));
  await drawn();
  return { wall, settled: performance.now() - from - pause };
}

async function show(id) {
  document.getElementById(id).scrollIntoView();
  const frame = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  await frame();
  while (document.querySelector('[aria-busy=true]')) await frame();
}

const cpu = async (session) => {
  const { metrics } = await session.send('Performance.getMetrics');
  return metrics.find((one) => one.name === 'TaskDuration').value * 1000;
};

async function openPage(file) {
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
  const box = await page.locator(selector).boundingBox();
  await page.mouse.move(box.x + box.width * 0.2, box.y + 40);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.7, box.y + 50, { steps: 4 });
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
}

async function play(file, times) {
  const { page, session, ...opened } = await openPage(file);
  times.get('open').push({ ...opened, settled: opened.wall });
  await page.evaluate(show, 'flame');
  await page.waitForSelector('.flame-node');
  for (const [name, section, step, back] of STEPS) {
    await page.evaluate(show, section);
    if (step.release) await drag(page, step.release);
    const before = await cpu(session);
    const measured = await page.evaluate(act, step);
    times.get(name).push({ ...measured, cpu: await cpu(session) - before });
    await page.evaluate(act, back);
    if (step.release) await page.mouse.up();
  }
  await page.close();
}

const times = new Map(files.map((file) => [file, new Map([['open', []], ...STEPS.map(([name]) => [name, []])])]));
for (let round = 0; round < rounds; ++round) {
  for (const file of files) await play(file, times.get(file));
}
await browser.close();

const KINDS = ['wall', 'settled', 'cpu'];
for (const [file, steps] of times) {
  console.log(`${file}: ${(statSync(file).size / 1e6).toFixed(2)} MB, median of ${rounds}\n${'ms'.padEnd(28)}${KINDS.map((kind) => kind.padStart(9)).join('')}`);
  for (const [name, all] of steps) console.log(`${name.padEnd(28)}${KINDS.map((kind) => median(all.map((one) => one[kind])).toFixed(0).padStart(9)).join('')}`);
}
