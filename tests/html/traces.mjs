// Reports of real programs, recorded for the tests: LEAK_SCAN names leakscan, LEAK_STORE and LEAK_SERVICE the
// programs in programs/.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const work = mkdtempSync(join(tmpdir(), 'leak-html-trace-'));
process.on('exit', () => rmSync(work, { recursive: true, force: true }));

const pathsOf = (name) => ['zst', 'html', 'json'].map((ending) => join(work, `${name}.${ending}`));

// Runs a program under leakscan: the page as a user gets it, and the JSON report of the same trace.
export function record(name, ...command) {
  const [trace, html, json] = pathsOf(name);
  execFileSync(process.env.LEAK_SCAN, ['run', '-o', trace, '--html', html, '--json', json, '--', ...command], { stdio: ['ignore', 'pipe', 'pipe'] });
  return { trace, html, report: JSON.parse(readFileSync(json, 'utf8')) };
}

// Two recordings compared: the page, and the JSON of the same comparison.
export function compare(name, before, after) {
  const [, html, json] = pathsOf(name);
  execFileSync(process.env.LEAK_SCAN, ['diff', before.trace, after.trace, '--html', html, '--json', json], { stdio: ['ignore', 'pipe', 'pipe'] });
  return { html, report: JSON.parse(readFileSync(json, 'utf8')) };
}

export const recordStore = () => record('store', process.env.LEAK_STORE);
export const recordService = () => record('service', process.env.LEAK_SERVICE);
export const recordFixedStore = () => record('fixed', process.env.LEAK_STORE, 'fixed');
