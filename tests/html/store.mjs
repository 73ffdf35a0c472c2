// A browser and the report of the document store, for the test files that look at it from many sides.
import { after } from 'node:test';
import { Browser } from './browser.mjs';
import { recordStore } from './traces.mjs';

export const browser = await Browser.start();
after(() => browser.close());
export const store = recordStore();
