// Reports of real programs, recorded for the tests: LEAK_SCAN names leakscan, LEAK_STORE the program in programs/.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const work = mkdtempSync(join(tmpdir(), 'leak-html-trace-'));
process.on('exit', () => rmSync(work, { recursive: true, force: true }));

// Runs a program under leakscan: the page as a user gets it, and the JSON report of the same trace.
export function record(name, ...command) {
  const [trace, html, json] = ['zst', 'html', 'json'].map((ending) => join(work, `${name}.${ending}`));
  execFileSync(process.env.LEAK_SCAN, ['run', '-o', trace, '--html', html, '--json', json, '--', ...command], { stdio: ['ignore', 'pipe', 'pipe'] });
  return { html, report: JSON.parse(readFileSync(json, 'utf8')) };
}

export const recordStore = () => record('store', process.env.LEAK_STORE);
