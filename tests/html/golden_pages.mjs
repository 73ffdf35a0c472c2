// A browser and the pages of the reports that are kept with the tests, for the test files that look at them.
import { after } from 'node:test';
import { Browser, golden } from './browser.mjs';

export const browser = await Browser.start();
after(() => browser.close());
export const service = golden('html_service.json');
export const tree = golden('html_tree.json');
export const bare = golden('html_bare.json');
export const files = Object.fromEntries(Object.entries({ service, tree, bare }).map(([name, report]) => [name, browser.render(name, report).html]));

export const values = (page, selector) => page.$$eval(selector, (all) => all.map((one) => Number(one.value)));
export const rowKeys = (page) => page.$$eval('#consumers tbody tr[data-key]', (all) => all.map((one) => Number(one.dataset.key)));
