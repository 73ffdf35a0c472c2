// Bundles src/ and report.css into report.html and writes one self-contained page whose only open slot is the data.
//   node build.mjs [--out FILE] [--modules NODE_MODULES]
// The page forbids itself everything but its own script and style (by hash): it cannot reach the network.
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const here = dirname(fileURLToPath(import.meta.url));
const { values } = parseArgs({ options: { out: { type: 'string' }, modules: { type: 'string' } } });
const out = resolve(values.out ?? join(here, 'dist/report.html'));
const modules = resolve(values.modules ?? join(here, 'node_modules'));
const { build } = createRequire(join(modules, 'x.js'))('esbuild');

// Of a pair of light-dark(), the colour of one look: 0 is light, 1 is dark.
const VALUE = String.raw`((?:[^(),]|,(?! )|\([^)]*\))+)`;
const PAIR = new RegExp(String.raw`light-dark\(${VALUE}, ${VALUE}\)`, 'g');
const look = (css, side) => css.replace(PAIR, (_, ...looks) => looks[side]);

// The tokens of one look; of the dark one only what differs.
function tokens(css, side) {
  const lines = css.split('\n').filter((line) => /^ {2}--/.test(line) && (side === 0 || line.includes('light-dark(')));
  return look(lines.join('\n'), side);
}

// The same rules without variables, then those for dark with the declarations that differ. `within` puts all selectors
// below another one without making them stronger.
function literal(css, tokensCss) {
  const values = new Map([...tokensCss.matchAll(/^ {2}(--[\w-]+): (.*);$/gm)].map(([, name, value]) => [name, value]));
  const written = css.replace(/\/\*[^]*?\*\//g, '').replace(/var\((--[\w-]+)\)/g, (_, name) => values.get(name) ?? fail(`no token ${name}`));
  const dark = [...written.matchAll(/([^{}]+)\{([^{}]*)\}/g)].map(([, selectors, all]) => {
    const differs = all.split(';').filter((one) => one.includes('light-dark('));
    return { selectors: selectors.trim().split(/,\s*/), body: look(differs.join(';'), 1) };
  }).filter(({ body }) => body !== '');
  const within = (root) => dark.map(({ selectors, body }) => `${selectors.map((one) => `:where(${root}) ${one}`).join(', ')} { ${body} }`).join('\n');
  return `${look(written, 0)}\n@media screen { ${within(':root[data-theme="dark"]')} }
    @media screen and (prefers-color-scheme: dark) { ${within(':root:not([data-theme])')} }`;
}

function fail(message) {
  throw new Error(message);
}

const themes = {
  name: 'themes',
  setup(build) {
    build.onLoad({ filter: /tokens\.css$/ }, ({ path }) => {
      const css = readFileSync(path, 'utf8');
      const dark = `color-scheme: dark;\n${tokens(css, 1)}`;
      return { loader: 'css', contents: `:root { color-scheme: light;\n${tokens(css, 0)} }
        @media screen { :root[data-theme="dark"] { ${dark} } }
        @media screen and (prefers-color-scheme: dark) { :root:not([data-theme]) { ${dark} } }` };
    });
    build.onLoad({ filter: /flame\.css$/ }, ({ path }) => {
      const tokensCss = readFileSync(join(dirname(path), 'tokens.css'), 'utf8');
      return { loader: 'css', contents: literal(readFileSync(path, 'utf8'), tokensCss) };
    });
  },
};

async function bundle(entry) {
  const result = await build({
    entryPoints: [join(here, entry)], bundle: true, minify: true, write: false, format: 'iife', charset: 'utf8',
    target: ['chrome111', 'firefox113', 'safari16.4'], nodePaths: [modules], plugins: [themes], legalComments: 'none', logLevel: 'warning',
  });
  return result.outputFiles[0].text.trim();
}

function fill(page, slot, text) {
  const parts = page.split(`@@${slot}@@`);
  if (parts.length !== 2) throw new Error(`report.html must have exactly one ${slot} slot`);
  return parts[0] + text + parts[1];
}

const hash = (text) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

const style = await bundle('report.css');
const script = await bundle('src/main.ts');
if (style.includes('light-dark(')) throw new Error('a pair of light-dark() was not taken apart');
for (const text of [style, script]) {
  if (/<\/(script|style)|<!--/i.test(text)) throw new Error('the bundle holds a tag that would end its own element');
  if (/@@[A-Z]+@@/.test(text)) throw new Error('the bundle holds a slot of report.html');
}
const policy = `default-src 'none'; script-src ${hash(script)}; style-src ${hash(style)}; img-src data:; ` +
  `base-uri 'none'; form-action 'none'`;

let page = readFileSync(join(here, 'report.html'), 'utf8');
page = fill(page, 'CSP', policy);
page = fill(page, 'STYLE', style);
page = fill(page, 'SCRIPT', script);
if (page.split('@@DATA@@').length !== 2) throw new Error('report.html must have exactly one DATA slot');
mkdirSync(dirname(out), { recursive: true });
writeFileSync(out, page);
