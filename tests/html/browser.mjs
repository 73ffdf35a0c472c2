// The browser side of the tests: pages made by the real renderer, opened from file://, watched for anything that a
// report must not do. Environment: LEAK_NPM_DIR (packages), LEAK_RENDER_HTML (tool), CHROMIUM, and LEAK_SCREENSHOTS, the
// folder for pictures: without it none are taken.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { accessSync, constants, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

function setting(name) {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: run this test through ctest -R html_report`);
  return value;
}

const require = createRequire(join(setting('LEAK_NPM_DIR'), 'package.json'));
const { chromium } = require('playwright-core');
const axeSource = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const tool = setting('LEAK_RENDER_HTML');
const screenshots = process.env.LEAK_SCREENSHOTS;
const reports = fileURLToPath(new URL('../golden/reports/', import.meta.url));

function findChromium() {
  if (process.env.CHROMIUM) return process.env.CHROMIUM;
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    for (const name of ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']) {
      try {
        accessSync(join(folder, name), constants.X_OK);
        return join(folder, name);
      } catch { /* not here */ }
    }
  }
  throw new Error('No Chromium found: install the package chromium, or name a browser in CHROMIUM.');
}

export function golden(name) {
  return JSON.parse(readFileSync(join(reports, name), 'utf8'));
}

export class Browser {
  tabs = [];  // that tests left

  static async start() {
    const browser = new Browser();
    browser.work = mkdtempSync(join(tmpdir(), 'leak-html-'));
    if (screenshots) mkdirSync(screenshots, { recursive: true });
    // A context of its own profile directory: nothing is left from an earlier run.
    browser.context = await chromium.launchPersistentContext(join(browser.work, 'profile'), {
      executablePath: findChromium(), timezoneId: 'UTC', viewport: { width: 1280, height: 900 },
      args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run'],
    });
    return browser;
  }

  async close() {
    await this.context.close();
    rmSync(this.work, { recursive: true, force: true });
  }

  // Renders a report (an object) with the real renderer and returns the file.
  render(name, report) {
    const json = join(this.work, `${name}.json`);
    const html = join(this.work, `${name}.html`);
    writeFileSync(json, JSON.stringify(report));
    execFileSync(tool, [json, html]);
    return { html, jsonBytes: statSync(json).size, htmlBytes: statSync(html).size };
  }

  async open(html, { hash = '', width = 1280, scheme = 'light', ready = true } = {}) {
    const page = this.tabs.pop() ?? await this.newTab();
    page.wrong = [];
    await page.bringToFront();  // as a new one: what is behind another is drawn seldom
    await page.emulateMedia({ media: null, colorScheme: scheme, reducedMotion: null });
    await page.setViewportSize({ width, height: 900 });
    await page.goto(pathToFileURL(html).href + hash);
    if (ready) await page.waitForSelector('html[data-ready]');
    return page;
  }

  async newTab() {
    const page = await this.context.newPage();
    page.on('console', (message) => ['error', 'warning'].includes(message.type()) && page.wrong.push(message.text()));
    page.on('pageerror', (error) => page.wrong.push(String(error)));
    page.on('request', (request) => {
      if (!/^(file|blob|data|about):/.test(request.url())) page.wrong.push(`request for ${request.url()}`);
    });
    return page;
  }

  // A new tab costs as much as the page in it, so that the next test gets this one: without its document and away from
  // where its pointer was.
  async leave(page) {
    await page.goto('about:blank');
    await page.mouse.move(0, 0);
    this.tabs.push(page);
  }

  async shoot(page, name, section) {
    await drawAll(page);
    if (!screenshots) return;
    const path = join(screenshots, `${name}.png`);
    if (section) await page.locator(section).screenshot({ path });
    else await page.screenshot({ path, fullPage: true });
  }
}

// What is out of sight is not drawn: a picture of the whole page and a check of all of it need it drawn.
async function drawAll(page) {
  await page.evaluate(() => new Promise((done) => {
    delete document.documentElement.dataset.drawn;
    requestAnimationFrame(() => requestAnimationFrame(done));
  }));
}

// Draws what waits for being looked at.
export async function showEverything(page) {
  const flame = page.locator('#flame');
  if (await flame.count()) {
    await flame.scrollIntoViewIfNeeded();
    await page.waitForSelector('.flame-node, .call-tree tbody tr');
  }
  await page.evaluate(() => scrollTo(0, 0));
}

// The address, which is written when the answer has been drawn.
export async function hashOf(page) {
  return page.evaluate(async () => {
    await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
    return location.hash;
  });
}

// Waits for what was out of sight when the range changed.
export async function settle(page) {
  await page.waitForFunction(() => !document.querySelector('[aria-busy=true]'));
}

// Of the whole page, or of some of its sections. The others are taken away meanwhile: axe asks of all that is visible
// whether it lies behind a text, which costs most of the time.
export async function assertAccessible(page, sections = ['html']) {
  await drawAll(page);
  await page.evaluate(axeSource);
  const { violations } = await page.evaluate(async (include) => {
    const asked = include.flatMap((one) => [...document.querySelectorAll(one)]);
    const others = [...document.querySelectorAll('main > *')].filter((one) => !asked.some((section) => section.contains(one) || one.contains(section)));
    for (const one of others) one.style.setProperty('display', 'none', 'important');
    const found = await globalThis.axe.run({ include: include.map((one) => [one]) }, { resultTypes: ['violations'] });
    for (const one of others) one.style.removeProperty('display');
    return found;
  }, sections);
  const told = violations.map((one) => `${one.impact} ${one.id}: ${one.help}\n  ${one.nodes.slice(0, 5).map((node) => `${node.html.slice(0, 160)} ${node.any[0]?.message ?? ''}`).join('\n  ')}`);
  assert.deepEqual(told, [], told.join('\n'));
}

export async function assertNoSideScroll(page) {
  const { content, view } = await page.evaluate(() => ({ content: document.documentElement.scrollWidth, view: innerWidth }));
  assert.ok(content <= view, `the page is ${content} px wide in a window of ${view} px`);
}

export function assertQuiet(page) {
  assert.deepEqual(page.wrong, []);
}
