#include "graph/analyze_graph.h"

#include <gtest/gtest.h>

#include "support/fake_symbolizer.h"
#include "support/graph_bodies.h"
#include "support/replay_helpers.h"

namespace leak::scan {
namespace {

using test::GraphSpec;
using test::TraceBuilder;

// A global holds a block of 100 bytes, which holds one of 50; a block of 30 is lost, and holds one of 20. One
// block is of the loader, one was never seen allocated.
class AnalyzeGraph : public ::testing::Test {
 protected:
  AnalyzeGraph() {
    builder_.module(1, "/usr/bin/app", 0x400000, 0x700000);
    builder_.module(2, "/lib64/ld-linux-x86-64.so.2", 0x7f0000000000, 0x7f0000100000);
    for (std::uint32_t id = 1; id != 6; ++id) builder_.pc(id, 0x400000 + 16 * id);
    builder_.pc(6, 0x7f0000000010, 2);
    builder_.alloc(1, 2000, 0x10000, 100, {1, 5});
    builder_.alloc(1, 2100, 0x20000, 50, {2, 5});
    builder_.alloc(1, 2200, 0x30000, 30, {3, 5});
    builder_.alloc(1, 2300, 0x40000, 20, {4, 5});
    builder_.alloc(1, 2400, 0x50000, 272, {6});
    symbolizer_.name_data(0x600000, {"g_cache", "g_cache", "server.cpp", 0, 64});
  }

  static GraphSpec spec(trace::GraphTrigger trigger = trace::GraphTrigger::kAfterExit) {
    GraphSpec spec;
    spec.trigger = trigger;
    for (std::uint64_t address = 0x10000; address <= 0x60000; address += 0x10000) {
      spec.blocks.push_back({address, 512, 0, 0});
    }
    spec.edges = {{0, 1, 8, 0, {}, {}}, {0, 2, 104, 0, {}, {}}, {2, 3, 0, 0, {}, {}}};
    spec.roots = {{trace::RootKind::kData, {}, {}, 0, 0x600008, 0, 0}};
    return spec;
  }

  GraphAnalysis analyze(const GraphOptions& options = {}) {
    builder_.end(10'000, 5'000'009'000);
    HeapHistory history = test::replay(builder_);
    return *analyze_graphs(history, symbolizer_, options);
  }

  TraceBuilder builder_;
  test::FakeSymbolizer symbolizer_;
};

TEST_F(AnalyzeGraph, ClassesBlocksByTheBytesThatWereAskedFor) {
  add_graph(builder_, spec());
  const GraphAnalysis analysis = analyze();
  const ClassTotals& blocks = analysis.view().blocks;
  // The pointer at offset 104 lies behind the 100 bytes asked for: old bytes, no pointer.
  EXPECT_EQ(totals_of(blocks, LossClass::kReachable), (NodeTotals{2, 150}));
  EXPECT_EQ(totals_of(blocks, LossClass::kDefinite), (NodeTotals{1, 30}));
  EXPECT_EQ(totals_of(blocks, LossClass::kIndirect), (NodeTotals{1, 20}));
  EXPECT_EQ(totals_of(blocks, LossClass::kRuntime).blocks, 2U);  // the loader's, and the unknown one
  EXPECT_EQ(analysis.view().sites.size(), 5U);
}

TEST_F(AnalyzeGraph, NamesTheRootThatHoldsASite) {
  add_graph(builder_, spec());
  const GraphAnalysis analysis = analyze();
  ASSERT_EQ(analysis.retained.size(), 1U);
  EXPECT_EQ(analysis.retained[0].all, (NodeTotals{2, 150}));
  EXPECT_EQ(text_of(analysis.roots[analysis.retained[0].root]), "g_cache in server.cpp (app)");
  std::size_t paths = 0;
  for (const SiteDetails& site : analysis.sites) {
    if (!site.path) continue;
    ++paths;
    EXPECT_EQ(site.held_by.size(), 1U);
  }
  EXPECT_EQ(paths, 2U);
}

TEST_F(AnalyzeGraph, FollowsTheRootsAskedFor) {
  add_graph(builder_, spec());
  const GraphAnalysis analysis = analyze({*RootSet::named("stacks")});
  EXPECT_EQ(totals_of(analysis.view().blocks, LossClass::kReachable).blocks, 0U);
  EXPECT_EQ(totals_of(analysis.view().blocks, LossClass::kDefinite).blocks, 2U);
}

TEST_F(AnalyzeGraph, KeepsBothViewsOfTheExit) {
  GraphSpec before = spec(trace::GraphTrigger::kExit);
  before.roots.push_back({trace::RootKind::kData, {}, {}, 0, 0x600010, 2, 0});
  GraphSpec after = spec();
  after.id = 2;
  after.ticks = 9500;
  add_graph(builder_, before);
  add_graph(builder_, after);
  const GraphAnalysis analysis = analyze();
  ASSERT_EQ(analysis.views.size(), 2U);
  EXPECT_EQ(totals_of(analysis.views[0].blocks, LossClass::kDefinite).blocks, 0U);
  EXPECT_EQ(totals_of(analysis.views[1].blocks, LossClass::kDefinite).blocks, 1U);
  EXPECT_FALSE(analysis.delta);
}

TEST_F(AnalyzeGraph, TellsWhatAppearedAndWhoHoldsIt) {
  GraphSpec before = spec(trace::GraphTrigger::kApi);
  before.ticks = 2050;  // when there was one block
  before.label = "start";
  before.blocks.resize(1);
  before.edges.clear();
  GraphSpec after = spec();
  after.id = 2;
  add_graph(builder_, before);
  add_graph(builder_, after);
  const GraphAnalysis analysis = analyze();
  ASSERT_TRUE(analysis.delta);
  EXPECT_EQ(analysis.delta->from, "marker:start");
  ASSERT_EQ(analysis.delta->sites.size(), 3U);
  EXPECT_EQ(analysis.delta->sites[0].appeared, (NodeTotals{1, 50}));
  ASSERT_EQ(analysis.delta->sites[0].held_by.size(), 1U);
  EXPECT_TRUE(analysis.delta->sites[1].held_by.empty());
}

TEST_F(AnalyzeGraph, SaysNothingWithoutAGraph) {
  builder_.end(10'000, 5'000'009'000);
  HeapHistory history = test::replay(builder_);
  EXPECT_FALSE(analyze_graphs(history, symbolizer_, {}));
}

TEST_F(AnalyzeGraph, FindsExpiredObjectsThatWeakPointersKeep) {
  GraphSpec weak = spec();
  weak.types = {{"St23_Sp_counted_ptr_inplaceI3BigSaIvELN9__gnu_cxx12_Lock_policyE2EE", 0x500000}};
  weak.blocks[1].type = 1;
  trace::GraphContent content;
  content.node = 1;
  content.size = 16;
  content.bytes[12] = 1;  // no owner, one weak pointer
  weak.contents = {content};
  add_graph(builder_, weak);
  const GraphAnalysis analysis = analyze();
  ASSERT_EQ(analysis.weakly_held.size(), 1U);
  EXPECT_EQ(analysis.weakly_held[0].type, "Big");
  EXPECT_EQ(analysis.weakly_held[0].all, (NodeTotals{1, 50}));
  EXPECT_EQ(analysis.types[0].name, "Big");
}

// The same bytes give the same analysis, whatever the hash tables do.
TEST_F(AnalyzeGraph, IsTheSameEachTime) {
  GraphSpec graph = spec();
  add_graph(builder_, graph);
  builder_.end(10'000, 5'000'009'000);
  const test::Bytes trace = builder_.finished_trace();
  std::vector<std::string> looks;
  for (int i = 0; i != 2; ++i) {
    HeapHistory history = test::replay(trace_in_memory(trace));
    const GraphAnalysis analysis = *analyze_graphs(history, symbolizer_, {});
    std::string& look = looks.emplace_back();
    for (const SiteLoss& site : analysis.view().sites) look += std::to_string(site.stack.value) + " ";
    for (const SiteDetails& site : analysis.sites) look += std::to_string(site.stack.value) + " ";
  }
  EXPECT_EQ(looks[0], looks[1]);
}

}  // namespace
}  // namespace leak::scan
