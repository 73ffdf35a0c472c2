#include "replay/heap_replay.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <vector>

#include "base/command_error.h"
#include "support/replay_helpers.h"
#include "support/small_trace.h"

namespace leak::scan {
namespace {

using test::TraceBuilder;

TEST(HeapReplay, KnowsWhichThreadsAllocatedAtASite) {
  TraceBuilder builder;
  add_pcs(builder, 3);
  builder.alloc(7, 2000, 0x10, 100, {1});
  builder.alloc(8, 2100, 0x20, 100, {1});
  builder.alloc(7, 2200, 0x30, 100, {2});
  builder.free(8, 2300, 0x30);
  builder.alloc(7, 2400, 0x40, 100, {1});
  for (std::uint32_t tid = 100; tid != 120; ++tid) builder.alloc(tid, 3000 + tid, 0x1000 + 16 * tid, 1, {3});
  builder.end(10'000, 5'000'009'000);
  const HeapHistory history = test::replay(builder);
  std::vector<std::uint32_t> first = test::site_at(history, 1).threads;
  std::sort(first.begin(), first.end());
  EXPECT_EQ(first, (std::vector<std::uint32_t>{7, 8}));
  EXPECT_FALSE(test::site_at(history, 1).more_threads);
  EXPECT_EQ(test::site_at(history, 2).threads, (std::vector<std::uint32_t>{7}));
  EXPECT_EQ(test::site_at(history, 3).threads.size(), 16U);
  EXPECT_TRUE(test::site_at(history, 3).more_threads);
}

TEST(HeapReplay, CountsBySite) {
  TraceBuilder builder;
  add_pcs(builder, 3);
  builder.alloc(1, 2000, 0x10, 100, {1});
  builder.alloc(1, 2100, 0x20, 50, {1}, trace::Op::kNew);
  builder.alloc(2, 2200, 0x30, 7, {2, 3});
  builder.free(2, 2300, 0x20, trace::Op::kDelete);
  builder.end(10'000, 5'000'009'000);
  const HeapHistory history = test::replay(builder);
  EXPECT_EQ(history.totals.events, 4U);
  EXPECT_EQ(history.totals.allocations, 3U);
  EXPECT_EQ(history.totals.deallocations, 1U);
  EXPECT_EQ(history.totals.allocated_bytes, 157U);
  EXPECT_EQ(history.totals.live.bytes, 107U);
  EXPECT_EQ(history.totals.peak.bytes, 157U);
  EXPECT_EQ(history.totals.peak_time_ns, 1200U);
  ASSERT_EQ(history.sites.size(), 2U);
  const Site& first = test::site_at(history, 1);
  EXPECT_EQ(first.allocations, 2U);
  EXPECT_EQ(first.deallocations, 1U);
  EXPECT_EQ(first.live.bytes, 100U);
  EXPECT_EQ(first.peak.bytes, 150U);
  EXPECT_EQ(history.allocations_by_op[static_cast<std::size_t>(trace::Op::kMalloc)], 2U);
  EXPECT_EQ(history.deallocations_by_op[static_cast<std::size_t>(trace::Op::kDelete)], 1U);
  ASSERT_EQ(history.size_classes.size(), 3U);
  EXPECT_EQ(history.size_classes[0].min_bytes, 4U);
  EXPECT_EQ(history.size_classes[2].allocated_bytes, 100U);
  EXPECT_EQ(history.process.duration_ns, 9000U);
  EXPECT_EQ(history.process.end, trace::EndKind::kExited);
  EXPECT_FALSE(history.diagnostics.truncated);
}

TEST(HeapReplay, ASpanSaysWhoRoseToItsHighestMoment) {
  TraceBuilder builder;
  add_pcs(builder, 3);
  builder.alloc(1, 2000, 0x10, 900, {1});
  builder.alloc(1, 3000, 0x20, 500, {2});
  builder.alloc(1, 3010, 0x30, 50, {1});
  builder.alloc(1, 3020, 0x40, 70, {3});
  builder.free(1, 3030, 0x20);
  builder.free(1, 3040, 0x40);
  builder.alloc(1, 4000, 0x50, 20, {3});
  builder.end(10'000, 5'000'009'000);
  ReplayOptions options;
  options.spans = {{1900, 2900}, {2900, 3500}};
  const HeapHistory history = test::replay(builder, options);
  ASSERT_EQ(history.rises.size(), 2U);
  std::map<std::uint64_t, std::uint64_t> bytes;  // by allocations of the site
  ASSERT_EQ(history.rises[0].size(), 3U) << "the highest moment: nothing of it freed yet";
  for (const SiteLive& rise : history.rises[0]) {
    EXPECT_EQ(rise.live.blocks, 1U);
    bytes[history.sites[rise.site].live.bytes] = rise.live.bytes;
  }
  EXPECT_EQ(bytes, (std::map<std::uint64_t, std::uint64_t>{{0, 500}, {950, 50}, {20, 70}}));
  ASSERT_EQ(history.rises[1].size(), 1U);
  EXPECT_EQ(history.rises[1][0].live.bytes, 20U);
}

TEST(HeapReplay, CountsBlocksThatWentBackToTheWrongFunctions) {
  TraceBuilder builder;
  add_pcs(builder, 5);
  builder.alloc(1, 2000, 0x10, 10, {1}, trace::Op::kNewArray);
  builder.free(1, 2001, 0x10, trace::Op::kDelete);
  builder.alloc(1, 2002, 0x10, 10, {1}, trace::Op::kNewArray);
  builder.free(1, 2003, 0x10, trace::Op::kDeleteArray);
  builder.alloc(1, 2004, 0x20, 10, {2}, trace::Op::kCalloc);
  builder.free(1, 2005, 0x20, trace::Op::kDelete);
  builder.alloc(1, 2006, 0x30, 10, {3}, trace::Op::kNewAligned);
  builder.free(1, 2007, 0x30, trace::Op::kDelete);
  builder.alloc(1, 2008, 0x40, 10, {4}, trace::Op::kMalloc);
  builder.resize(1, 2009, 2010, 0x40, 0x50, 20, {5});
  builder.free(1, 2011, 0x50);
  const HeapHistory history = test::replay(builder);
  ASSERT_EQ(history.mismatches.size(), 2U);
  EXPECT_EQ(history.mismatches[0].made_by, kNewArrayFamily);
  EXPECT_EQ(history.mismatches[0].freed_by, trace::Op::kDelete);
  EXPECT_EQ(history.mismatches[0].blocks, 1U);
  EXPECT_EQ(history.mismatches[1].made_by, kMallocFamily);
}

TEST(HeapReplay, SaysNothingOfSitesThatCallSeveralFamilies) {
  TraceBuilder builder;
  add_pcs(builder, 1);
  builder.alloc(1, 2000, 0x10, 10, {1}, trace::Op::kNew);
  builder.alloc(1, 2001, 0x20, 10, {1}, trace::Op::kMalloc);
  builder.free(1, 2002, 0x10, trace::Op::kDelete);
  builder.free(1, 2003, 0x20, trace::Op::kFree);
  EXPECT_TRUE(test::replay(builder).mismatches.empty());
}

TEST(HeapReplay, PeakSharesAreThoseOfTheExactMoment) {
  TraceBuilder builder;
  add_pcs(builder, 3);
  builder.alloc(1, 2000, 0x10, 100, {1});
  builder.alloc(1, 2001, 0x20, 500, {2});
  builder.free(1, 2002, 0x20);             // a first peak of 600
  builder.alloc(1, 2003, 0x30, 550, {3});  // and the real one, 650
  builder.free(1, 2004, 0x30);
  builder.free(1, 2005, 0x10);
  builder.alloc(1, 2006, 0x20, 650, {2});  // the same again is not higher
  const HeapHistory history = test::replay(builder);
  EXPECT_EQ(history.totals.peak.bytes, 650U);
  EXPECT_EQ(history.totals.peak.blocks, 2U);
  EXPECT_EQ(history.totals.peak_time_ns, 1003U);
  EXPECT_EQ(test::site_at(history, 1).peak.bytes, 100U);
  EXPECT_EQ(test::site_at(history, 2).peak.bytes, 0U);
  EXPECT_EQ(test::site_at(history, 3).peak.bytes, 550U);
}

TEST(HeapReplay, TemporaryIsWhatTheNextHeapEventOfTheThreadFrees) {
  TraceBuilder builder;
  add_pcs(builder, 4);
  builder.alloc(1, 2000, 0x10, 1, {1});
  builder.alloc(2, 2001, 0x20, 1, {2});       // of another thread: does not come between
  builder.map(1, 2002, 0x700000, 4096, {4});  // not a heap event
  builder.free(1, 2003, 0x10);
  builder.alloc(1, 2004, 0x30, 1, {3});
  builder.free(2, 2005, 0x30);  // freed by another thread
  builder.free(1, 2006, 0x20);
  const HeapHistory history = test::replay(builder);
  EXPECT_EQ(history.totals.temporary_allocations, 1U);
  EXPECT_EQ(test::site_at(history, 1).temporary_allocations, 1U);
}

TEST(HeapReplay, TemporaryIsSeenAcrossSections) {
  TraceBuilder builder({}, {1, 1, 1});
  add_pcs(builder, 1);
  for (std::uint64_t i = 0; i != 50; ++i) {
    builder.alloc(1, 2000 + 2 * i, 0x10, 1, {1});
    builder.free(1, 2001 + 2 * i, 0x10);
  }
  EXPECT_EQ(test::replay(builder).totals.temporary_allocations, 50U);
}

TEST(HeapReplay, ARepeatedReallocIsAChainOfTemporaries) {
  TraceBuilder builder;
  add_pcs(builder, 1);
  builder.resize(1, 2000, 2001, 0, 0x10, 10, {1});
  builder.resize(1, 2002, 2003, 0x10, 0x10, 20, {1});
  builder.resize(1, 2004, 2005, 0x10, 0x40, 40, {1});
  const HeapHistory history = test::replay(builder);
  EXPECT_EQ(history.totals.allocations, 3U);
  EXPECT_EQ(history.totals.deallocations, 2U);
  EXPECT_EQ(history.totals.temporary_allocations, 2U);
  EXPECT_EQ(history.totals.live.bytes, 40U);
}

TEST(HeapReplay, BlocksOfFourGigabytesAndMore) {
  TraceBuilder builder;
  add_pcs(builder, 2);
  const std::uint64_t huge = (std::uint64_t{5} << 32) + 1;
  builder.alloc(1, 2000, 0x10, huge, {1});
  builder.alloc(1, 2001, 0x20, 0xffff'ffff, {2});
  builder.free(1, 2002, 0x20);
  const HeapHistory history = test::replay(builder);
  EXPECT_EQ(history.totals.live.bytes, huge);
  EXPECT_EQ(history.totals.peak.bytes, huge + 0xffff'ffff);
  EXPECT_EQ(test::site_at(history, 1).live.bytes, huge);
}

TEST(HeapReplay, ASlowThreadsOldSectionTakesItsPlaceInTime) {
  TraceBuilder builder;
  add_pcs(builder, 2);
  // Thread 2 fills its slot so slowly that its events reach the trace after everything of thread 1.
  builder.alloc(2, 2000, 0x10, 1, {2});
  for (std::uint64_t i = 0; i != 3000; ++i) builder.alloc(1, 3000 + i, 0x1000 + 16 * i, 1, {1});
  builder.free(1, 7000, 0x10);
  builder.cut_section(1);
  builder.flush_events();
  EXPECT_EQ(test::replay(builder).diagnostics.unknown_frees, 0U);
}

TEST(HeapReplay, TimelineAndSeriesFollowTheHeap) {
  TraceBuilder builder;
  add_pcs(builder, 2);
  builder.sample(2000, 5'000'001'000, 111);
  builder.sample(9000, 5'000'008'000, 999);
  builder.alloc(1, 2000, 0x10, 100, {1});
  builder.alloc(1, 5000, 0x20, 900, {2});
  builder.free(1, 5100, 0x20);
  builder.end(11'000, 5'000'010'000);
  ReplayOptions options;
  options.timeline_points = 10;
  options.site_buckets = 5;
  const HeapHistory history = test::replay(builder, options);
  ASSERT_EQ(history.timeline.size(), 10U);
  EXPECT_EQ(history.timeline[0].time_ns, 1000U);
  EXPECT_EQ(history.timeline[0].heap.bytes, 100U);
  EXPECT_EQ(history.timeline[3].heap_max_bytes, 1000U);
  EXPECT_EQ(history.timeline[4].heap_max_bytes, 1000U);
  EXPECT_EQ(history.timeline[4].heap.bytes, 100U);
  EXPECT_EQ(history.timeline[5].heap_max_bytes, 100U);
  EXPECT_EQ(history.timeline[0].rss_bytes, 111U);
  EXPECT_EQ(history.timeline[9].rss_bytes, 999U);
  EXPECT_EQ(history.bucket_end_ns, (std::vector<std::uint64_t>{2000, 4000, 6000, 8000, 10'000}));
  EXPECT_EQ(test::site_at(history, 1).live_bytes_over_time.values(), (std::vector<std::uint64_t>(5, 100)));
  EXPECT_EQ(test::site_at(history, 2).live_bytes_over_time.values(),
            (std::vector<std::uint64_t>{0, 900, 0, 0, 0}));
}

TEST(HeapReplay, SnapshotsComeInTheOrderOfTime) {
  TraceBuilder builder;
  add_pcs(builder, 2);
  builder.alloc(1, 2000, 0x10, 100, {1});
  builder.marker(4000, "loaded");
  builder.marker(4100, "just a note", trace::MarkerKind::kNote);
  builder.alloc(1, 5000, 0x20, 900, {2});
  builder.end(9000, 5'000'008'000);
  ReplayOptions options;
  options.automatic_snapshots = 8;
  const HeapHistory history = test::replay(builder, options);
  ASSERT_EQ(history.snapshots.size(), 9U);
  EXPECT_EQ(history.snapshots[0].label, "auto 12%");
  EXPECT_TRUE(history.snapshots[0].automatic);
  const Snapshot& loaded = history.snapshots[3];
  EXPECT_EQ(loaded.label, "loaded");
  EXPECT_EQ(loaded.time_ns, 3000U);
  EXPECT_EQ(loaded.heap.bytes, 100U);
  ASSERT_EQ(loaded.sites.size(), 1U);
  EXPECT_EQ(history.sites[loaded.sites[0].site].stack, test::site_at(history, 1).stack);
  EXPECT_EQ(history.snapshots.back().label, "auto 100%");
  EXPECT_EQ(history.snapshots.back().heap.bytes, 1000U);
}

TEST(HeapReplay, ARangeRestrictsTheSites) {
  TraceBuilder builder;
  add_pcs(builder, 4);
  builder.alloc(1, 2000, 0x10, 1000, {1});
  builder.alloc(1, 4000, 0x20, 20, {2});
  builder.alloc(1, 4500, 0x30, 30, {2});
  builder.free(1, 4600, 0x30);
  builder.free(1, 4700, 0x10);
  builder.free(1, 7000, 0x20);  // after the range: still live at its end
  builder.alloc(1, 8000, 0x40, 5000, {3});
  builder.end(9000, 5'000'008'000);
  ReplayOptions options;
  options.from_ns = 2500;
  options.to_ns = 5000;
  const HeapHistory history = test::replay(builder, options);
  ASSERT_EQ(history.sites.size(), 1U);
  const Site& site = history.sites[0];
  EXPECT_EQ(site.allocations, 2U);
  EXPECT_EQ(site.deallocations, 1U);
  EXPECT_EQ(site.live.bytes, 20U);
  EXPECT_EQ(site.peak.bytes, 50U);
  EXPECT_EQ(history.totals.allocations, 4U);
  EXPECT_EQ(history.totals.live.bytes, 5000U);
  EXPECT_EQ(history.totals.peak.bytes, 5000U);
  EXPECT_EQ(history.totals.peak_time_ns, 7000U);
}

TEST(HeapReplay, ThreadsHaveNamesAndCounts) {
  TraceBuilder builder;
  add_small_trace(builder);
  builder.alloc(99, 7000, 0x123450, 5, {1});
  const HeapHistory history = test::replay(builder);
  ASSERT_EQ(history.threads.size(), 3U);
  EXPECT_EQ(history.threads[0].name, "main");
  EXPECT_EQ(history.threads[0].allocations, 3U);
  EXPECT_EQ(history.threads[0].allocated_bytes, 450U);
  EXPECT_EQ(history.threads[1].started_ns, 1000U);
  EXPECT_EQ(history.threads[2].tid, ThreadId(99));
}

TEST(HeapReplay, SaysWhatWasDropped) {
  TraceBuilder builder;
  builder.counters(2000, 3, {1, 2, 0, 4});
  builder.set_journal_drops(5);
  EXPECT_EQ(test::replay(builder.killed()).diagnostics.dropped_events, 7U);
  builder.set_journal_drops(9);
  EXPECT_EQ(test::replay(builder.killed()).diagnostics.dropped_events, 9U);
  EXPECT_EQ(test::replay(builder.killed()).totals.failed_allocations, 3U);
}

TEST(HeapReplay, ManyThreadsOfTheAnalyzerGiveTheSameAnswer) {
  const auto build = [] {
    TraceBuilder builder({}, {40, 3, 1});
    add_pcs(builder, 30);
    for (std::uint32_t i = 0; i != 20'000; ++i) {
      const std::uint32_t tid = 1 + i * 7 % 5;
      if (i % 3 == 2) {
        builder.free(tid, 2000 + i / 4, 16 * (1 + i - 2));
      } else {
        builder.alloc(tid, 2000 + i / 4, 16 * (1 + i), i % 100, {1 + i % 30, 1 + i % 7, 1});
      }
    }
    return builder.finished();
  };
  ReplayOptions options;
  options.threads = 1;
  const HeapHistory one = replay_trace(build(), options);
  for (const unsigned threads : {2U, 5U}) {
    options.threads = threads;
    const HeapHistory many = replay_trace(build(), options);
    EXPECT_EQ(one.totals.peak.bytes, many.totals.peak.bytes);
    EXPECT_EQ(one.totals.peak_time_ns, many.totals.peak_time_ns);
    EXPECT_EQ(one.stacks.size(), many.stacks.size());
    ASSERT_EQ(one.sites.size(), many.sites.size());
    for (std::size_t i = 0; i != one.sites.size(); ++i) {
      EXPECT_EQ(one.sites[i].stack, many.sites[i].stack);
      EXPECT_EQ(one.sites[i].live.bytes, many.sites[i].live.bytes);
      EXPECT_EQ(one.sites[i].peak.bytes, many.sites[i].peak.bytes);
      EXPECT_EQ(one.sites[i].temporary_allocations, many.sites[i].temporary_allocations);
      EXPECT_TRUE(one.sites[i].live_bytes_over_time == many.sites[i].live_bytes_over_time);
    }
  }
}

TEST(HeapReplay, EventsThatNameUnknownPcsKeepTheirPlace) {
  TraceBuilder builder;
  builder.alloc(1, 2000, 0x10, 1, {0xfffffff0, 77});
  const HeapHistory history = test::replay(builder);
  ASSERT_EQ(history.sites.size(), 1U);
  EXPECT_EQ(history.stacks.frames(history.sites[0].stack).size(), 2U);
  EXPECT_EQ(history.pcs.size(), 3U);
}

}  // namespace
}  // namespace leak::scan
