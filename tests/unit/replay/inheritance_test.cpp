#include <gtest/gtest.h>

#include "decode/sample_weights.h"
#include "support/replay_helpers.h"

namespace leak::scan {
namespace {

using test::ProcessSpec;
using test::TraceBuilder;

class InheritanceTest : public testing::Test {
 protected:
  InheritanceTest() {
    parent_.module(1, "/usr/bin/myapp");
    for (std::uint32_t id = 1; id != 6; ++id) parent_.pc(id, 0x400000 + id);
    parent_.alloc(10, 2000, 0x10, 100, {1, 3});
    parent_.alloc(10, 2100, 0x20, 200, {2, 3});
    parent_.alloc(10, 2200, 0x30, 300, {2, 3});
    parent_.free(10, 2300, 0x20);
    // The fork is at 3000; what follows happens in the parent alone.
    parent_.free(10, 3500, 0x10);
    parent_.alloc(10, 3600, 0x50, 1, {1, 3});
    parent_.end(9000, 5'000'008'000);
  }

  static ProcessSpec child_spec(std::uint64_t parent_start = 1000) {
    ProcessSpec spec;
    spec.pid = 5000;
    spec.parent_pid = 4242;
    spec.start_ticks = 3100;
    spec.fork_ticks = 3000;
    spec.parent_process_start = parent_start;
    spec.parent_trace = "/elsewhere/leakhook.myapp.4242.zst";
    return spec;
  }

  HeapHistory replay_child(TraceBuilder& child, bool with_parent = true) {
    ReplayOptions options;
    options.find_parent = [&](const std::string& recorded, const std::string&) -> std::optional<TraceSource> {
      EXPECT_EQ(recorded, "/elsewhere/leakhook.myapp.4242.zst");
      if (!with_parent) return std::nullopt;
      return trace_in_memory(parent_.finished_trace());
    };
    return test::replay(child, options);
  }

  TraceBuilder parent_;
};

TEST_F(InheritanceTest, StartsWithTheParentsLiveBlocks) {
  TraceBuilder child(child_spec());
  child.pc(1, 0x400001);
  child.free(11, 3200, 0x30);
  child.alloc(11, 3300, 0x60, 60, {1});
  const HeapHistory history = replay_child(child);
  EXPECT_EQ(history.diagnostics.unknown_frees, 0U);
  EXPECT_TRUE(history.diagnostics.warnings.empty());
  EXPECT_EQ(history.totals.allocations, 1U);
  EXPECT_EQ(history.totals.deallocations, 1U);
  EXPECT_EQ(history.totals.live.bytes, 160U);
  EXPECT_EQ(history.totals.peak.bytes, 400U);
  EXPECT_EQ(history.process.fork_time_ns, 2000U);
  ASSERT_EQ(history.sites.size(), 3U);
  EXPECT_EQ(history.sites[0].inherited.bytes + history.sites[1].inherited.bytes, 100U);
  EXPECT_EQ(history.sites[2].inherited.bytes, 0U);
  EXPECT_EQ(history.sites[2].live.bytes, 60U);
}

TEST_F(InheritanceTest, BringsTheParentsCodeAlong) {
  TraceBuilder child(child_spec());
  child.module(1, "/usr/bin/other");
  child.pc(1, 0x777);  // the same number means something else here
  const HeapHistory history = replay_child(child);
  ASSERT_EQ(history.modules.size(), 2U);
  bool found = false;
  for (const Site& site : history.sites) {
    const ProgramCounter& pc = history.pcs[history.stacks.pc(site.stack).index()];
    ASSERT_NE(pc.module, ModuleId{});
    EXPECT_EQ(history.modules[pc.module.index() - 1].path, "/usr/bin/myapp");
    found |= pc.address == 0x400001;
  }
  EXPECT_TRUE(found);
}

TEST_F(InheritanceTest, WithoutTheParentFreesAreUnknownAndThatIsSaid) {
  TraceBuilder child(child_spec());
  child.free(11, 3200, 0x30);
  const HeapHistory history = replay_child(child, false);
  EXPECT_EQ(history.diagnostics.unknown_frees, 1U);
  ASSERT_EQ(history.diagnostics.warnings.size(), 1U);
  EXPECT_NE(history.diagnostics.warnings[0].find("forked from pid 4242"), std::string::npos);
}

TEST_F(InheritanceTest, ATraceOfAnotherProcessIsNoParent) {
  TraceBuilder child(child_spec(999));
  const HeapHistory history = replay_child(child);
  EXPECT_EQ(history.totals.live.blocks, 0U);
  ASSERT_EQ(history.diagnostics.warnings.size(), 1U);
}

TEST_F(InheritanceTest, GrandchildrenInheritThroughTheirParent) {
  ProcessSpec spec = child_spec(3100);
  spec.start_ticks = 4100;
  spec.fork_ticks = 4000;
  spec.parent_trace = "child";
  TraceBuilder grandchild(spec);
  grandchild.free(12, 4200, 0x10);
  ReplayOptions options;
  options.find_parent = [&](const std::string& recorded, const std::string&) -> std::optional<TraceSource> {
    if (recorded != "child") return trace_in_memory(parent_.finished_trace());
    TraceBuilder child(child_spec());
    child.pc(1, 0x999);
    child.alloc(11, 3300, 0x60, 60, {1});
    return child.finished();
  };
  const HeapHistory history = test::replay(grandchild, options);
  EXPECT_EQ(history.diagnostics.unknown_frees, 0U);
  EXPECT_EQ(history.totals.live.bytes, 360U);
}

TEST_F(InheritanceTest, ABlockOfASampledParentKeepsItsWeight) {
  TraceBuilder parent;
  parent.pc(1, 0x999);
  parent.sampling(1500, 4096);
  parent.alloc(1, 2000, 0x10, 64, {1});
  parent.alloc(1, 2100, 0x20, 64, {1});
  TraceBuilder child(child_spec());
  child.free(11, 3200, 0x10);
  ReplayOptions options;
  options.find_parent = [&](const std::string&, const std::string&) -> std::optional<TraceSource> {
    return trace_in_memory(parent.finished_trace());
  };
  const HeapHistory history = test::replay(child, options);
  EXPECT_EQ(history.totals.live.bytes, weigh(64, 4096).bytes);
  EXPECT_EQ(history.sites[0].inherited.bytes, history.totals.live.bytes);
  EXPECT_EQ(history.sites[0].allocations, 0U);
}

TEST_F(InheritanceTest, ATraceThatIsItsOwnParentEnds) {
  ProcessSpec spec = child_spec(3100);
  TraceBuilder loop(spec);
  const test::Bytes bytes = loop.finished_trace();
  ReplayOptions options;
  options.find_parent = [&](const std::string&, const std::string&) -> std::optional<TraceSource> {
    return trace_in_memory(bytes);
  };
  const HeapHistory history = test::replay(trace_in_memory(bytes), options);
  EXPECT_EQ(history.diagnostics.warnings.size(), 1U);
}

}  // namespace
}  // namespace leak::scan
