// Events of different threads with the same quantised time: the addresses decide.
#include <gtest/gtest.h>

#include "support/replay_helpers.h"

namespace leak::scan {
namespace {

using test::TraceBuilder;

std::uint64_t conflicts(const HeapHistory& history) {
  return history.diagnostics.unknown_frees + history.diagnostics.double_allocations;
}

TEST(TieOrder, AFreeWaitsForItsAllocation) {
  TraceBuilder builder;
  add_pcs(builder, 3);
  builder.alloc(1, 2000, 0x20, 1, {1});
  builder.free(1, 3000, 0x10);
  builder.alloc(2, 3000, 0x10, 5, {2});
  const HeapHistory history = test::replay(builder);
  EXPECT_EQ(conflicts(history), 0U);
  EXPECT_EQ(history.totals.live.blocks, 1U);
  EXPECT_EQ(test::site_at(history, 2).deallocations, 1U);
}

TEST(TieOrder, AnAllocationWaitsForTheFreeOfItsAddress) {
  TraceBuilder builder;
  add_pcs(builder, 3);
  builder.alloc(2, 2000, 0x10, 1, {1});
  builder.cut_sections();
  builder.alloc(1, 3000, 0x10, 2, {2});
  builder.free(2, 3000, 0x10);
  builder.free(1, 3000, 0x10);
  builder.alloc(2, 3000, 0x10, 3, {3});
  const HeapHistory history = test::replay(builder);
  EXPECT_EQ(conflicts(history), 0U);
  EXPECT_EQ(test::site_at(history, 3).live.bytes, 3U);
  EXPECT_EQ(test::site_at(history, 2).live.blocks, 0U);
}

TEST(TieOrder, ChainsAcrossThreeThreads) {
  TraceBuilder builder;
  add_pcs(builder, 3);
  builder.free(1, 3000, 0x30);
  builder.alloc(1, 3000, 0x40, 1, {1});
  builder.free(2, 3000, 0x40);
  builder.alloc(2, 3000, 0x50, 1, {2});
  builder.alloc(3, 3000, 0x30, 1, {3});
  builder.free(3, 3000, 0x50);
  const HeapHistory history = test::replay(builder);
  EXPECT_EQ(conflicts(history), 0U);
  EXPECT_EQ(history.totals.live.blocks, 0U);
  EXPECT_EQ(history.totals.deallocations, 3U);
}

TEST(TieOrder, OneIsForcedWhenAllAreBlocked) {
  TraceBuilder builder;
  add_pcs(builder, 1);
  builder.free(1, 3000, 0x10);
  builder.free(2, 3000, 0x20);
  const HeapHistory history = test::replay(builder);
  EXPECT_EQ(history.diagnostics.unknown_frees, 2U);
  EXPECT_EQ(history.totals.deallocations, 0U);
}

TEST(TieOrder, WithoutATieNothingWaits) {
  TraceBuilder builder;
  add_pcs(builder, 2);
  builder.alloc(1, 3000, 0x10, 1, {1});
  builder.alloc(1, 3001, 0x10, 2, {2});
  builder.free(2, 3002, 0x10);
  const HeapHistory history = test::replay(builder);
  EXPECT_EQ(history.diagnostics.double_allocations, 1U);
  EXPECT_EQ(history.totals.live.blocks, 0U);
  EXPECT_EQ(history.totals.allocations - history.totals.deallocations, history.totals.live.blocks);
}

TEST(TieOrder, AMovingReallocLetsAnotherThreadReuseTheOldBlock) {
  TraceBuilder builder;
  add_pcs(builder, 3);
  builder.alloc(1, 2000, 0x10, 100, {1});
  builder.resize(1, 3000, 5000, 0x10, 0x90, 200, {2});
  builder.alloc(2, 4000, 0x10, 7, {3});  // while the realloc was still copying elsewhere
  const HeapHistory history = test::replay(builder);
  EXPECT_EQ(conflicts(history), 0U);
  EXPECT_EQ(test::site_at(history, 1).live.blocks, 0U);
  EXPECT_EQ(test::site_at(history, 2).live.bytes, 200U);
  EXPECT_EQ(test::site_at(history, 3).live.bytes, 7U);
  EXPECT_EQ(history.totals.peak.bytes, 207U);
}

TEST(TieOrder, AMovingReallocWithinOneQuantum) {
  test::ProcessSpec spec;
  spec.time_quantum_shift = 12;
  TraceBuilder builder(spec);
  add_pcs(builder, 3);
  const std::uint64_t quantum = 40 << 12;
  builder.alloc(1, 10 << 12, 0x10, 100, {1});
  builder.alloc(2, quantum + 20, 0x10, 7, {3});
  builder.resize(1, quantum + 10, quantum + 30, 0x10, 0x90, 200, {2});
  const HeapHistory history = test::replay(builder);
  EXPECT_EQ(conflicts(history), 0U);
  EXPECT_EQ(history.totals.live.bytes, 207U);
}

TEST(TieOrder, AMapWaitsForTheUnmapOfItsRange) {
  TraceBuilder builder;
  add_pcs(builder, 2);
  builder.alloc(1, 1500, 0x10, 1, {1});
  builder.map(2, 2000, 0x700000, 8192, {1});
  builder.map(1, 3000, 0x700000, 4096, {2});
  builder.unmap(2, 3000, 0x700000, 8192);
  const HeapHistory history = test::replay(builder);
  EXPECT_EQ(history.mappings.live_bytes, 4096U);
  EXPECT_EQ(history.mappings.unmaps, 1U);
}

}  // namespace
}  // namespace leak::scan
