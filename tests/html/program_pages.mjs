// The reports of two real programs, and a test of each of them.
import { test } from 'node:test';
import { assertQuiet, showEverything } from './browser.mjs';
import { browser, store } from './store.mjs';
import { recordService } from './traces.mjs';

export { browser };
export const service = recordService();
const PROGRAMS = { store, service };

export async function open(made, hash = '') {
  const page = await browser.open(made.html, { hash });
  await showEverything(page);
  return page;
}

export async function close(page) {
  assertQuiet(page);
  await browser.leave(page);
}

export function each(name, run) {
  for (const [program, made] of Object.entries(PROGRAMS)) {
    test(`${name}: ${program}`, async () => {
      const [process] = made.report.processes;
      await run(made, process);
    });
  }
}

export const falling = (values) => [...values].sort((a, b) => b - a);
