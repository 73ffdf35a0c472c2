#include "replay/block_origins.h"

#include <gtest/gtest.h>

#include "support/graph_bodies.h"
#include "support/replay_helpers.h"

namespace leak::scan {
namespace {

using test::GraphSpec;
using test::TraceBuilder;

GraphSpec graph_at(std::uint64_t ticks, std::vector<std::uint64_t> addresses) {
  GraphSpec spec;
  spec.ticks = ticks;
  for (const std::uint64_t address : addresses) spec.blocks.push_back({address, 64, 0, 0});
  return spec;
}

TEST(BlockOrigins, AreTheLastAllocationsBeforeTheGraph) {
  TraceBuilder builder;
  test::add_pcs(builder, 5);
  builder.alloc(1, 2000, 0x100, 10, {1});
  builder.alloc(2, 2100, 0x200, 20, {2});
  builder.free(2, 2200, 0x100);
  builder.alloc(2, 2300, 0x100, 30, {3});
  builder.alloc(1, 2900, 0x300, 40, {4});  // after the graph
  builder.end(10'000, 5'000'009'000);
  add_graph(builder, graph_at(2500, {0x100, 0x200, 0x300, 0x400}));
  const HeapHistory history = test::replay(builder);
  ASSERT_EQ(history.graphs.size(), 1U);
  EXPECT_EQ(history.graphs[0].time_ns, 1500U);
  const std::vector<BlockOrigin>& origins = history.graphs[0].origins;
  ASSERT_EQ(origins.size(), 4U);
  EXPECT_TRUE(origins[0].is_known);
  EXPECT_EQ(origins[0].size, 30U);
  EXPECT_EQ(origins[0].tid, 2U);
  EXPECT_EQ(history.pcs[history.stacks.pc(origins[0].stack).index()].address, 3U);
  EXPECT_EQ(origins[1].size, 20U);
  EXPECT_LT(origins[1].time, origins[0].time);
  EXPECT_FALSE(origins[2].is_known);
  EXPECT_FALSE(origins[3].is_known);
}

TEST(BlockOrigins, DoNotKnowABlockWhoseAllocationWasDropped) {
  TraceBuilder builder;
  test::add_pcs(builder, 1);
  builder.alloc(1, 2000, 0x100, 10, {1});
  builder.free(1, 2100, 0x100);
  add_graph(builder, graph_at(2500, {0x100}));
  EXPECT_FALSE(test::replay(builder).graphs[0].origins[0].is_known);
}

TEST(BlockOrigins, OrderEventsOfOneMoment) {
  TraceBuilder builder;
  test::add_pcs(builder, 2);
  builder.alloc(1, 2000, 0x200, 10, {1});
  builder.alloc(1, 2000, 0x100, 10, {2});
  builder.free(2, 2000, 0x100);  // of an earlier block: another thread had it before
  add_graph(builder, graph_at(2500, {0x100, 0x200}));
  const HeapHistory history = test::replay(builder);
  const std::vector<BlockOrigin>& origins = history.graphs[0].origins;
  EXPECT_TRUE(origins[0].is_known);
  EXPECT_LT(origins[1].order, origins[0].order);
}

TEST(BlockOrigins, FollowResizesMappingsAndHugeBlocks) {
  TraceBuilder builder;
  test::add_pcs(builder, 3);
  builder.alloc(1, 2000, 0x100, 10, {1});
  builder.resize(1, 2100, 2110, 0x100, 0x200, 50, {2});
  builder.alloc(1, 2200, 0x300, std::uint64_t{5} << 30, {1});
  builder.map(1, 2300, 0x7f0000000000, 8192, {3});
  GraphSpec spec = graph_at(2500, {0x100, 0x200, 0x300});
  spec.mappings = {{0x7f0000000000, 8192, 0, 0}};
  add_graph(builder, spec);
  const HeapHistory history = test::replay(builder);
  const std::vector<BlockOrigin>& origins = history.graphs[0].origins;
  EXPECT_EQ(origins[0].size, 10U);  // still there for the scan, so it was inside realloc
  EXPECT_EQ(origins[1].size, 50U);
  EXPECT_EQ(origins[2].size, std::uint64_t{5} << 30);
  EXPECT_TRUE(origins[3].is_known);
  EXPECT_EQ(origins[3].size, 8192U);
}

}  // namespace
}  // namespace leak::scan
