// Every figure of every table of real programs is that of the JSON report of the same trace.
import assert from 'node:assert/strict';
import { factsOf, figuresOf, functionName, lostBytes, sum, tableOf } from './figures.mjs';
import { browser, close, each, falling, open, service } from './program_pages.mjs';

const PAGE = 25;
const blamedOf = (report, site) => report.frames[site.blamed ?? site.stack[0]];

const COLUMNS = {
  Live: (site) => site.live_bytes, Blocks: (site) => site.live_blocks, Lost: lostBytes, 'At peak': (site) => site.peak_bytes,
  Allocations: (site) => site.allocations, Temporary: (site) => site.temporary_allocations,
};
const LISTS = { live: 'Live', lost: 'Lost', peak: 'At peak', allocations: 'Allocations', temporary: 'Temporary', growth: 'Growth' };
const GROUPS = {
  stack: (_, site) => site.id, function: (report, site) => `${functionName(blamedOf(report, site))}\n${blamedOf(report, site).module}`,
  file: (report, site) => blamedOf(report, site).file, module: (report, site) => blamedOf(report, site).module,
  type: (_, site) => (site.types ?? []).map((type) => type.name).sort().join(),
  thread: (_, site) => [...(site.threads ?? [])].sort().join(),
};
const groupsOf = (process) => Object.entries(GROUPS).filter(([by]) => (by !== 'type' && by !== 'thread') || process.sites.some((site) => site[`${by}s`]));
const offered = (select) => select.locator('option').evaluateAll((all) => all.map((one) => one.value));

each('top consumers, every list by every grouping', async (made, process) => {
  const page = await open(made);
  const figures = { ...COLUMNS, Growth: (site) => site.growth?.slope_bytes_per_s ?? 0 };
  assert.deepEqual(await offered(page.locator('#consumers .labelled select')), groupsOf(process).map(([by]) => by));
  assert.equal(groupsOf(process).some(([by]) => by === 'thread'), made === service);
  for (const [by, groupOf] of groupsOf(process)) {
    await page.selectOption('#consumers .labelled select', by);
    for (const [list, column] of Object.entries(LISTS)) {
      await page.click(`#consumers-panel-tab-${list}`);
      const groups = new Map();
      for (const site of process.sites.filter((one) => figures[column](one) > 0)) {
        const key = groupOf(made.report, site);
        groups.set(key, [...(groups.get(key) ?? []), site]);
      }
      const expected = [...groups.values()].map((sites) => ({
        ...Object.fromEntries(Object.entries(figures).map(([head, of]) => [head, sum(sites, of) || (head === 'Lost' ? null : 0)])), ...(by === 'stack' ? {} : { Stacks: sites.length }),
      }));
      const rows = await tableOf(page, '#consumers table');
      assert.equal(rows.length, Math.min(PAGE, expected.length), `${list} by ${by}`);
      if (list === 'growth' && by === 'stack') {  // counts how sure it is, too
        const first = process.top.growth.slice(0, rows.length);
        assert.deepEqual(rows.slice(0, first.length).map((row) => Number(row.key)), first);
      } else assert.deepEqual(rows.map((row) => row[column]), falling(expected.map((one) => one[column])).slice(0, rows.length), `${list} by ${by}`);
      const known = new Set(expected.map((one) => JSON.stringify(one)));
      for (const row of rows) {
        const shown = Object.fromEntries(Object.keys(expected[0]).map((head) => [head, row[head]]));
        assert.ok(known.has(JSON.stringify(shown)), `${list} by ${by}: ${row.name} ${JSON.stringify(shown)}`);
      }
    }
  }
  await close(page);
});

each('details of a site', async (made, process) => {
  for (const site of process.sites.slice(0, 4)) {
    const page = await browser.open(made.html, { hash: `#open=${site.id}` });
    const facts = await factsOf(page, '#consumers .detail .facts');
    assert.deepEqual(facts['Live at end'], [site.live_bytes]);
    assert.deepEqual(facts['At the peak'], [site.peak_bytes]);
    assert.deepEqual(facts['Allocations'], [site.allocations, site.allocated_bytes]);
    assert.deepEqual(facts['Temporary'], [site.temporary_allocations]);
    assert.deepEqual(facts['Freed'], [site.deallocations]);
    if (site.growth) assert.deepEqual(facts['Growth'], [site.growth.slope_bytes_per_s]);
    const counts = (all) => all.flatMap(({ bytes, blocks }) => [bytes, blocks]);
    const classes = ['definitely_lost', 'indirectly_lost', 'possibly_lost', 'still_reachable'].map((key) => site.lost?.[key]).filter((one) => one?.blocks > 0);
    assert.deepEqual(facts['Reachability'] ?? [], counts(classes));
    assert.deepEqual(facts['Types'] ?? [], counts(site.types ?? []));
    assert.deepEqual(facts['Held by'] ?? [], counts(site.retained_by ?? []));
    await close(page);
  }
});

each('sizes and lifetimes', async (made, process) => {
  const page = await open(made);
  const sizes = await tableOf(page, '#sizes table');
  assert.deepEqual(sizes.map((row) => [row.Allocations, row.Bytes]), process.size_classes.map((one) => [one.allocations, one.allocated_bytes]));
  const lifetimes = await tableOf(page, '#lifetimes table');
  assert.deepEqual(lifetimes.map((row) => [row['Freed blocks'], row.Bytes]), process.lifetimes.map((one) => [one.blocks, one.bytes]));
  assert.equal(sum(process.lifetimes, (one) => one.blocks), process.totals.deallocations - process.diagnostics.unknown_frees);
  await close(page);
});

each('types and their bars', async (made, process) => {
  const page = await open(made);
  if (process.types.length > 0) {
    const rows = await tableOf(page, '#types table');
    const listed = process.types.slice(0, 15);
    assert.deepEqual(rows.map((row) => [row.Bytes, row.Blocks, row['Lost bytes']]), listed.map((one) => [one.bytes, one.blocks, one.lost_bytes]));
    const widths = await page.$$eval('#types .bar-fill', (all) => all.map((one) => parseFloat(one.style.width)));
    widths.forEach((width, i) => assert.ok(Math.abs(width - (100 * listed[i].bytes) / Math.max(...process.types.map((one) => one.bytes))) < 0.01));
  }
  await close(page);
});

each('threads and functions', async (made, process) => {
  const page = await open(made);
  const threads = await tableOf(page, '#threads table');
  const expected = [...process.threads].sort((a, b) => b.allocations - a.allocations);
  assert.deepEqual(threads.map((row) => row.Allocations), expected.slice(0, 15).map((one) => one.allocations));
  for (const { key, Bytes: bytes } of threads) assert.equal(bytes, process.threads.find((one) => String(one.tid) === key).allocated_bytes);
  const calls = await tableOf(page, '#threads .panel:last-child table');
  const counts = [...process.allocations_by_function, ...process.deallocations_by_function].map((one) => one.count).filter((one) => one > 0);
  assert.deepEqual(calls.map((row) => row.Calls), falling(counts).slice(0, 15));
  await close(page);
});

each('mappings', async (made, process) => {
  const page = await open(made);
  const { mappings } = process;
  if (mappings.maps > 0) {
    const facts = await factsOf(page, '#mappings .numbers');
    assert.deepEqual([facts.Live, facts.Peak, facts.Mapped, facts.Unmapped].flat(), [mappings.live_bytes, mappings.peak_bytes, mappings.maps, mappings.unmaps]);
    const rows = await tableOf(page, '#mappings table');
    assert.deepEqual(rows.map((row) => [row.Live, row['Mapped in all'], row.Calls]),
      [...mappings.sites].sort((a, b) => b.live_bytes - a.live_bytes).slice(0, PAGE).map((one) => [one.live_bytes, one.mapped_bytes, one.maps]));
  } else assert.equal(await page.locator('#mappings table').count(), 0);
  await close(page);
});

each('resources', async (made, process) => {
  const page = await open(made);
  const { resources } = process;
  if (resources) {
    const facts = await factsOf(page, '#resources .numbers');
    const { fds, threads } = resources;
    if (fds) assert.deepEqual([facts.Opened, facts.Closed, facts['Most at once'], facts['Open at the end']].flat(), [fds.opened, fds.closed, fds.most_open, fds.open]);
    if (threads) assert.deepEqual([facts['Threads created'], facts['Never joined or detached']].flat(), [threads.created, threads.unjoined]);
    if (resources.fd_sites?.length) {
      const rows = await tableOf(page, '#resources table');
      assert.deepEqual(rows.map((row) => row['Still open']), falling(resources.fd_sites.map((one) => one.open)).slice(0, 15));
      assert.equal(sum(rows, (row) => row.Opened), sum(resources.fd_sites, (one) => one.opened));
    }
  } else assert.equal(await page.locator('#resources').count(), 0);
  if (made === service) assert.equal(resources.threads.unjoined, 1);
  await close(page);
});

each('reachability and roots', async (made, process) => {
  const page = await open(made);
  const { truth, retained } = process;
  const classes = ['definitely_lost', 'indirectly_lost', 'possibly_lost', 'still_reachable'].map((key) => truth[key]);
  assert.deepEqual((await tableOf(page, '#truth table')).map((row) => [row.Bytes, row.Blocks]), classes.map((one) => [one.bytes, one.blocks]));
  if (retained.length > 0) {
    const rows = await tableOf(page, '#truth > div:last-of-type table');
    assert.deepEqual(rows.map((row) => [row.Bytes, row.Blocks]), retained.slice(0, 10).map((one) => [one.bytes, one.blocks]));
  }
  await close(page);
});

each('cycles', async (made, process) => {
  const page = await open(made);
  const shown = await figuresOf(page, '#cycles h3 data');
  assert.deepEqual(shown, process.cycles.slice(0, 20).map((one) => one.bytes));
  const titles = await page.$$eval('#cycles h3', (all) => all.map((one) => one.textContent));
  process.cycles.slice(0, 20).forEach((one, i) => assert.match(titles[i], new RegExp(`^${one.instances} cycles? of ${one.block_count} blocks?, `)));
  await close(page);
});

each('snapshots, the list and the comparison of any two', async (made, process) => {
  const page = await open(made);
  const { snapshots, sites } = process;
  const list = await tableOf(page, '#compare table');
  assert.deepEqual(list.map((row) => [row.Time, row.Heap, row.Blocks]), snapshots.map((one) => [one.time_ns, one.heap_bytes, one.blocks]));
  if (snapshots.some((one) => one.rss_bytes)) assert.deepEqual(list.map((row) => row.RSS ?? 0), snapshots.map((one) => one.rss_bytes));
  const last = snapshots.length - 1;
  const nothing = { blocks: 0, bytes: 0 };
  const held = (index) => new Map(snapshots[index].sites.map((one) => [one.site, one]));
  for (const [from, to] of [[0, last], [2, 4], [last, 1]]) {
    await page.locator('#compare .toolbar select').nth(0).selectOption(String(from));
    await page.locator('#compare .toolbar select').nth(1).selectOption(String(to));
    assert.deepEqual(await figuresOf(page, '#compare > .summary data'), [snapshots[to].heap_bytes - snapshots[from].heap_bytes, snapshots[to].blocks - snapshots[from].blocks]);
    const [a, b] = [held(from), held(to)];
    for (const [by, groupOf] of groupsOf(process)) {
      await page.locator('#compare .labelled:has-text("Group by") select').selectOption(by);
      const groups = new Map();
      for (const site of sites) {
        const [before, after] = [a.get(site.id) ?? nothing, b.get(site.id) ?? nothing];
        if (before.bytes === after.bytes && before.blocks === after.blocks) continue;
        const group = groups.get(groupOf(made.report, site)) ?? { Difference: 0, Blocks: 0, Before: 0, After: 0 };
        group.Difference += after.bytes - before.bytes;
        group.Blocks += after.blocks - before.blocks;
        group.Before += before.bytes;
        group.After += after.bytes;
        groups.set(groupOf(made.report, site), group);
      }
      const rows = await tableOf(page, '#compare .panel:last-of-type table');
      const expected = new Set([...groups.values()].map((one) => JSON.stringify(one)));
      assert.equal(rows.length, Math.min(PAGE, groups.size));
      assert.deepEqual(rows.map((row) => row.Difference), falling([...groups.values()].map((one) => one.Difference)).slice(0, PAGE));
      for (const { Difference, Blocks, Before, After, name } of rows) assert.ok(expected.has(JSON.stringify({ Difference, Blocks, Before, After })), `${from} to ${to} by ${by}: ${name}`);
    }
  }
  await close(page);
});

each('quality of the recording', async (made, process) => {
  const page = await open(made);
  const facts = await factsOf(page, '#diagnostics .facts');
  const { diagnostics, totals } = process;
  const expected = {
    Events: totals.events, 'Dropped events': diagnostics.dropped_events, 'Damaged frames': diagnostics.torn_frames, 'Skipped bytes': diagnostics.skipped_bytes,
    'Frees of blocks never seen': diagnostics.unknown_frees, 'Addresses allocated twice': diagnostics.double_allocations, 'Failed allocations': totals.failed_allocations,
  };
  for (const [name, value] of Object.entries(expected)) assert.deepEqual(facts[name], [value], name);
  await close(page);
});
