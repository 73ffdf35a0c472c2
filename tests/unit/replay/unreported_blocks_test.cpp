#include "replay/unreported_blocks.h"

#include <gtest/gtest.h>

#include <set>

#include "support/graph_bodies.h"
#include "support/replay_helpers.h"

namespace leak::scan {
namespace {

using test::GraphSpec;
using test::TraceBuilder;
using trace::UnreportedKind;

// The addresses of the nodes that the program's word makes roots, in a graph of these blocks of 64 bytes at
// 9000.
std::set<std::uint64_t> held(TraceBuilder& builder, std::vector<std::uint64_t> addresses) {
  GraphSpec spec;
  for (const std::uint64_t address : addresses) spec.blocks.push_back({address, 64, 0, 0});
  add_graph(builder, spec);
  std::set<std::uint64_t> found;
  const HeapHistory history = test::replay(builder);
  for (const trace::GraphRoot& root : history.graphs.at(0).image.roots) {
    EXPECT_EQ(root.kind, trace::RootKind::kPinned);
    EXPECT_EQ(root.to_offset, 0U);
    found.insert(history.graphs[0].image.nodes[root.to].address);
  }
  return found;
}

TEST(UnreportedBlocks, AreWhatAThreadAllocatesWhileReportsAreDisabled) {
  TraceBuilder builder;
  test::add_pcs(builder, 1);
  builder.alloc(1, 2000, 0x1000, 64, {1});
  builder.unreported(2100, UnreportedKind::kBegin, 1);
  builder.alloc(1, 2200, 0x2000, 64, {1});
  builder.alloc(2, 2300, 0x3000, 64, {1});
  builder.unreported(2400, UnreportedKind::kEnd, 1);
  builder.alloc(1, 2500, 0x4000, 64, {1});
  builder.unreported(2600, UnreportedKind::kBegin, 1);
  builder.alloc(1, 2700, 0x5000, 64, {1});
  EXPECT_EQ(held(builder, {0x1000, 0x2000, 0x3000, 0x4000, 0x5000}),
            (std::set<std::uint64_t>{0x2000, 0x5000}));
}

TEST(UnreportedBlocks, AreTheObjectsThatTheProgramNames) {
  TraceBuilder builder;
  test::add_pcs(builder, 1);
  builder.alloc(1, 2000, 0x1000, 64, {1});
  builder.alloc(1, 2000, 0x2000, 64, {1});
  builder.alloc(1, 2000, 0x3000, 64, {1});
  builder.unreported(2100, UnreportedKind::kObject, 1, 0x1000);
  builder.unreported(2100, UnreportedKind::kObject, 1, 0x2000 + 63);
  builder.unreported(2100, UnreportedKind::kObject, 1, 0x3000 + 64);
  builder.unreported(2100, UnreportedKind::kObject, 1, 0x10);
  EXPECT_EQ(held(builder, {0x1000, 0x2000, 0x3000}), (std::set<std::uint64_t>{0x1000, 0x2000}));
}

TEST(UnreportedBlocks, AreNotThoseThatComeLaterToTheSameAddress) {
  TraceBuilder builder;
  test::add_pcs(builder, 1);
  builder.alloc(1, 2000, 0x1000, 64, {1});
  builder.unreported(2100, UnreportedKind::kObject, 1, 0x1000);
  builder.free(1, 2200, 0x1000);
  builder.alloc(1, 2300, 0x1000, 64, {1});
  EXPECT_TRUE(held(builder, {0x1000}).empty());
}

TEST(UnreportedBlocks, AnEndWithoutABeginMeansNothing) {
  TraceBuilder builder;
  test::add_pcs(builder, 1);
  builder.unreported(1900, UnreportedKind::kEnd, 1);
  builder.alloc(1, 2000, 0x1000, 64, {1});
  builder.unreported(2100, static_cast<UnreportedKind>(99), 1);
  EXPECT_TRUE(held(builder, {0x1000}).empty());
}

}  // namespace
}  // namespace leak::scan
