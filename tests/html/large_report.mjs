// A report with fifty thousand sites, the same one each time: what a long run of a large program leaves.
export function largeReport(siteCount = 50000) {
  let state = 42;
  const random = (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state % below;
  };
  const frames = Array.from({ length: 20000 }, (_, id) => ({
    id, function: `app::module_${id % 97}::Class${id % 811}<std::vector<int>>::method_${id}(int, char const*)`,
    file: `/src/module_${id % 97}/file_${id % 811}.cpp`, line: 1 + (id % 900), module: `/opt/app/lib${id % 31}.so`,
    address: 4096 + id * 16, inlined: id % 5 === 0, system: id % 3 === 0,
  }));
  const buckets = 30;
  const sites = Array.from({ length: siteCount }, (_, index) => {
    // Neighbours share the outer part of their stacks, as call trees do.
    const depth = 12 + random(16);
    const stack = Array.from({ length: depth }, (_unused, i) => {
      const outer = depth - i;
      return (outer < 10 ? Math.floor(index / 3 ** (10 - outer)) * 7 + outer : random(20000)) % 20000;
    });
    const live = random(1 << 20);
    return {
      stack, allocations: 1 + random(5000), allocated_bytes: live * 2, deallocations: 10, live_blocks: random(100), live_bytes: live,
      peak_blocks: 3, peak_bytes: random(1 << 20), temporary_allocations: random(50),
      growth: { slope_bytes_per_s: random(1000), confidence: random(100) / 100 },
      live_bytes_over_time: Array.from({ length: buckets }, () => random(1 << 20)),
    };
  }).sort((a, b) => b.live_bytes - a.live_bytes).map((site, id) => ({ id, ...site }));
  const sum = (name) => sites.reduce((total, site) => total + site[name], 0);
  const time = Array.from({ length: 2000 }, (_, i) => i * 1e8);
  const snapshot = (label, step, time_ns) => {
    const held = sites.filter((site) => site.id % step === 0).map((site) => ({ site: site.id, blocks: 1, bytes: site.live_bytes }));
    return { label, automatic: false, time_ns, heap_bytes: held.reduce((total, one) => total + one.bytes, 0), blocks: held.length, rss_bytes: 0, sites: held };
  };
  return {
    schema_version: 1, tool: { name: 'leakscan', version: '0.1.0' }, frames,
    processes: [{
      exe: '/opt/app/large', argv: ['large'], pid: 5, parent_pid: 1, start_time_unix_ns: 1795070000000000000, duration_ns: 2e11,
      allocator: 'glibc 2.36 malloc', end: { kind: 'running', code: 0 },
      totals: {
        allocations: sum('allocations'), deallocations: 10 * siteCount, allocated_bytes: sum('allocated_bytes'), live_blocks: sum('live_blocks'),
        live_bytes: sum('live_bytes'), peak_bytes: sum('peak_bytes'), peak_time_ns: 1e11, temporary_allocations: sum('temporary_allocations'),
      },
      mappings: { maps: 0, unmaps: 0, live_bytes: 0, peak_bytes: 0 }, severity: 'warning', verdict: 'A large report.', findings: [],
      sites, sites_total: siteCount + 1000, bucket_end_ns: Array.from({ length: buckets }, (_, i) => (i + 1) * 6e9),
      timeline: { time_ns: time, heap_bytes: time.map((_, i) => i * 1e6), blocks: time.map((_, i) => i), rss_bytes: time.map((_, i) => i * 2e6) },
      snapshots: [snapshot('first', 3, 5e10), snapshot('second', 2, 15e10)], modules: [], threads: [],
      diagnostics: { dropped_events: 0, torn_frames: 0, truncated: true, recovered_from_journal: false, warnings: [] },
    }],
  };
}
