#include "report/build_report.h"

#include <gtest/gtest.h>

#include "support/fake_symbolizer.h"
#include "support/small_history.h"

namespace leak::scan {
namespace {

ReportModel build(const HeapHistory& history, Symbolizer& symbolizer, ReportOptions options = {}) {
  ReportBuilder builder(symbolizer, options);
  builder.add({history, {}, std::nullopt});
  return std::move(builder).finish();
}

TEST(BuildReport, BlamesTheFirstFrameThatIsNotTheRuntimes) {
  test::SmallHistory made;
  test::FakeSymbolizer symbolizer;
  symbolizer.name(0x10,
                  {{"std::__new_allocator<int>::allocate(unsigned long)", "/usr/include/c++/12/a.h", 1, true},
                   {"shop::Cart::add(int)", "/src/cart.cpp", 7, false}});
  symbolizer.name(0x20, "main", "/src/main.cpp", 3);
  made.site(made.stack({0x10, 0x20}), 2, 64);
  const ReportModel model = build(made.history, symbolizer);
  ASSERT_EQ(model.processes.size(), 1U);
  const ReportSite& site = model.processes[0].sites.at(0);
  ASSERT_EQ(site.stack.size(), 3U);
  ASSERT_TRUE(site.blamed);
  EXPECT_EQ(model.frames[site.blamed->index()].function, "shop::Cart::add(int)");
  EXPECT_EQ(model.frames[site.stack[0].index()].inlined, true);
  EXPECT_EQ(model.frames[site.stack[0].index()].system, true);
  EXPECT_EQ(model.frames[site.stack[2].index()].function, "main");
  EXPECT_EQ(model.frames[site.stack[2].index()].module, "/usr/bin/shop");
}

TEST(BuildReport, LeavesTheHooksOwnFramesOut) {
  test::SmallHistory made;
  test::FakeSymbolizer symbolizer;
  const ModuleId hook = made.module("/opt/lib/libleakhook.so");
  symbolizer.name(0x90, "malloc");
  symbolizer.name(0x10, "main");
  const StackId caller = made.stack({0x10});
  made.history.pcs.push_back({0x90, hook, false, false});
  made.site(made.history.stacks.intern(caller, PcId(static_cast<std::uint32_t>(made.history.pcs.size() - 1))),
            1, 8);
  const ReportModel model = build(made.history, symbolizer);
  ASSERT_EQ(model.processes[0].sites[0].stack.size(), 1U);
  EXPECT_EQ(model.frames[model.processes[0].sites[0].stack[0].index()].function, "main");
}

TEST(BuildReport, NamesOnlyWhatItShows) {
  test::SmallHistory made;
  test::FakeSymbolizer symbolizer;
  for (std::uint64_t i = 1; i <= 100; ++i) made.site(made.stack({0x1000 + i}), 1, i);
  ReportOptions options;
  options.max_sites = 5;
  const ReportModel model = build(made.history, symbolizer, options);
  EXPECT_EQ(model.processes[0].sites.size(), 5U);
  EXPECT_EQ(model.processes[0].sites_total, 100U);
  EXPECT_EQ(model.processes[0].sites[0].live_bytes, 100U);
  EXPECT_EQ(symbolizer.lookups, 5);
}

TEST(BuildReport, ShowsWhereAStackWasCutOff) {
  test::SmallHistory made;
  test::FakeSymbolizer symbolizer;
  made.site(made.history.stacks.intern(StackId{}, PcId{}), 1, 8);
  const ReportModel model = build(made.history, symbolizer);
  EXPECT_EQ(model.frames[model.processes[0].sites[0].stack.at(0).index()].function, "[stack cut off]");
  EXPECT_FALSE(model.processes[0].sites[0].blamed);
}

TEST(BuildReport, PassesWarningsOnAndAsksForLines) {
  test::SmallHistory made;
  test::FakeSymbolizer symbolizer;
  symbolizer.warn("libgone.so is gone.");
  made.site(made.stack({0x10}), 1, 8);
  const ReportModel model = build(made.history, symbolizer);
  const std::vector<std::string>& warnings = model.processes[0].diagnostics.warnings;
  ASSERT_EQ(warnings.size(), 2U);
  EXPECT_EQ(warnings[0], "libgone.so is gone.");
  EXPECT_NE(warnings[1].find("no line numbers"), std::string::npos);
}

TEST(BuildReport, MergesTheLoadsOfOneModule) {
  test::SmallHistory made;
  test::FakeSymbolizer symbolizer;
  made.module("/lib/plugin.so");
  made.history.modules.back().gone_ns = 5;
  made.module("/lib/plugin.so");
  const ReportModel model = build(made.history, symbolizer);
  ASSERT_EQ(model.processes[0].modules.size(), 2U);
  EXPECT_EQ(model.processes[0].modules[1].epochs.size(), 2U);
}

TEST(BuildReport, SortsMappingsByWhatIsStillMapped) {
  test::SmallHistory made;
  test::FakeSymbolizer symbolizer;
  made.history.mappings.sites = {{made.stack({0x10}), 5, 5000, 0}, {made.stack({0x20}), 1, 4096, 4096}};
  const ReportModel model = build(made.history, symbolizer);
  ASSERT_EQ(model.processes[0].mappings.sites.size(), 2U);
  EXPECT_EQ(model.processes[0].mappings.sites[0].live_bytes, 4096U);
}

TEST(ReportBuilder, SaysSinceWhenAndWhyATraceIsASample) {
  test::SmallHistory made;
  test::FakeSymbolizer symbolizer;
  made.history.sampling = {{12'300'000'000, 512U << 10, 50, 83}, {14'000'000'000, 2U << 20, 50, 60}};
  made.site(made.stack({0x10}), 10, 1000).live_bytes_error = 77;
  ReportBuilder builder(symbolizer, {});
  builder.add({made.history, {}, std::nullopt});
  const ReportProcess process = std::move(builder).finish().processes.at(0);
  ASSERT_GE(process.diagnostics.warnings.size(), 3U);
  EXPECT_EQ(process.diagnostics.warnings[0],
            "Recording switched to sampling 1 block per 512.0 KiB at 12.30 s to stay under 5 % of the "
            "program's CPU "
            "time; it was 8.3 % before.");
  EXPECT_EQ(process.diagnostics.warnings[1].find("Recording switched to 1 block per 2.0 MiB at 14.00 s"), 0U);
  ASSERT_TRUE(process.sites[0].sampled.has_value());
  EXPECT_EQ(process.sites[0].sampled->live_bytes_error, 77U);
  EXPECT_NE(process.verdict.find("an estimated"), std::string::npos);
}

}  // namespace
}  // namespace leak::scan
