#include "report/findings.h"

#include <gtest/gtest.h>

#include "report/build_report.h"
#include "support/fake_symbolizer.h"
#include "support/small_history.h"

namespace leak::scan {
namespace {

std::vector<std::uint64_t> ramp(std::size_t points, std::uint64_t step) {
  std::vector<std::uint64_t> values;
  for (std::size_t i = 1; i <= points; ++i) values.push_back(i * step);
  return values;
}

ReportProcess judged(const test::SmallHistory& made, test::FakeSymbolizer& symbolizer) {
  ReportBuilder builder(symbolizer, {});
  builder.add({made.history, {}, std::nullopt});
  return std::move(builder).finish().processes.at(0);
}

// A program with `leaks` sites that grow until the end, each in a function of its own.
ReportProcess judged(test::SmallHistory& made, int leaks) {
  test::FakeSymbolizer symbolizer;
  for (int i = 0; i != leaks; ++i) {
    const std::uint64_t address = 0x100 + static_cast<std::uint64_t>(i);
    symbolizer.name(address, "leak_" + std::to_string(i), "/src/leak.cpp", 10);
    Site& site = made.site(made.stack({address}), 1000, 100'000);
    site.live_bytes_over_time = ramp(20, 5000);
    made.bear_steadily(site);
  }
  return judged(made, symbolizer);
}

TEST(Findings, NothingGrowsSoNothingIsFound) {
  test::SmallHistory made;
  made.site(made.stack({0x10}), 1'000'000, 1'000'000'000);
  const ReportProcess process = judged(made, 0);
  EXPECT_TRUE(process.findings.empty());
  EXPECT_EQ(process.severity, Severity::kGood);
  EXPECT_NE(process.verdict.find("none of it growing steadily"), std::string::npos) << process.verdict;
}

TEST(Findings, OneOrTwoLeaksAreAWarning) {
  test::SmallHistory made;
  const ReportProcess process = judged(made, 2);
  ASSERT_EQ(process.findings.size(), 2U);
  EXPECT_EQ(process.findings[0].kind, "leak");
  EXPECT_EQ(process.findings[0].bytes, 100'000U);
  EXPECT_EQ(process.severity, Severity::kWarning);
  EXPECT_EQ(process.verdict.find("2 potential leaks hold 195.3 KiB at exit."), 0U) << process.verdict;
}

TEST(Findings, ThreeLeaksAreCritical) {
  test::SmallHistory made;
  EXPECT_EQ(judged(made, 3).severity, Severity::kCritical);
}

TEST(Findings, FadingGrowthIsNoLeak) {
  test::SmallHistory made;
  test::FakeSymbolizer symbolizer;
  Site& site = made.site(made.stack({0x10}), 1000, 100'000);
  site.live_bytes_over_time = ramp(20, 5000);
  made.bear(site, {500, 250, 125, 64, 32, 16, 8, 4, 2, 1});
  EXPECT_TRUE(judged(made, symbolizer).findings.empty());
}

TEST(Findings, FewSurvivorsAreNoLeak) {
  test::SmallHistory made;
  test::FakeSymbolizer symbolizer;
  Site& site = made.site(made.stack({0x10}), 3, 100'000);
  site.live_bytes_over_time = ramp(20, 100);
  made.bear(site, {0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1});
  EXPECT_TRUE(judged(made, symbolizer).findings.empty());
}

// Three recorded blocks may stand for thousands, and are three witnesses all the same.
TEST(Findings, EvidenceIsWhatWasRecordedNotWhatWasEstimated) {
  for (const std::uint64_t recorded : {3U, 300U}) {
    test::SmallHistory made;
    made.history.sampling = {{0, 4096, 0, 0}};
    test::FakeSymbolizer symbolizer;
    Site& site = made.site(made.stack({0x10}), 3000, 100'000);
    site.live_bytes_over_time = ramp(20, 5000);
    site.recorded_live_blocks = recorded;
    made.bear_steadily(site);
    EXPECT_EQ(judged(made, symbolizer).findings.size(), recorded == 3 ? 0U : 1U);
  }
}

TEST(Findings, ShortRunsAreNotJudged) {
  test::SmallHistory made;
  made.history.process.duration_ns = 30'000'000;
  const ReportProcess process = judged(made, 3);
  EXPECT_TRUE(process.findings.empty());
  EXPECT_NE(process.verdict.find("too short to judge growth"), std::string::npos);
}

TEST(Findings, WhatCannotBeToldIsSaid) {
  test::SmallHistory made;
  test::FakeSymbolizer symbolizer;
  made.site(made.stack({0x10}), 100, 100'000);
  Growth undecided;
  undecided.verdict = GrowthVerdict::kTooShort;
  ReportBuilder builder(symbolizer, {});
  builder.add({made.history, {undecided}, std::nullopt});
  builder.add({made.history, {Growth{}}, std::nullopt});
  const ReportModel model = std::move(builder).finish();
  EXPECT_EQ(model.processes[0].severity, Severity::kGood);
  EXPECT_NE(model.processes[0].verdict.find("too short to tell whether 97.7 KiB from 1 call path pile up"),
            std::string::npos)
      << model.processes[0].verdict;
  EXPECT_EQ(model.processes[1].verdict.find("too short"), std::string::npos) << model.processes[1].verdict;
}

TEST(Findings, SitesOfShortRunsAreNotCalledLeaks) {
  test::SmallHistory made;
  test::FakeSymbolizer symbolizer;
  made.site(made.stack({0x10}), 100, 100'000);
  Growth leak;
  leak.verdict = GrowthVerdict::kLeak;
  for (const std::uint64_t duration_ns : {500'000'000U, 1'500'000'000U}) {
    made.history.process.duration_ns = duration_ns;
    ReportBuilder builder(symbolizer, {});
    builder.add({made.history, {leak}, std::nullopt});
    const ReportModel model = std::move(builder).finish();
    EXPECT_EQ(model.processes[0].sites[0].growth->verdict, duration_ns < 1'000'000'000 ? "too_short" : "leak");
  }
}

TEST(Findings, CallPathsToOnePlaceAreJudgedTogether) {
  test::SmallHistory made;
  test::FakeSymbolizer symbolizer;
  symbolizer.name(0x10, "leak", "/src/leak.cpp", 10);
  for (std::uint64_t path = 0; path != 20; ++path) {
    // Each path leaks once, at a time of its own.
    Site& site = made.site(made.stack({0x10, 0x20 + path}), 1, 1000);
    std::vector<std::uint64_t> born(32);
    born[path * 3 / 2 + 1] = 1;
    made.bear(site, born);
    StepSeries& series = site.live_bytes_over_time;
    std::vector<std::uint64_t> values(series.size());
    for (std::size_t i = 0; i != values.size(); ++i) values[i] = i < path ? 0 : 1000;
    series = values;
  }
  const ReportProcess process = judged(made, symbolizer);
  ASSERT_EQ(process.findings.size(), 1U);
  EXPECT_EQ(process.findings[0].blocks, 20U);
  EXPECT_EQ(process.findings[0].bytes, 20'000U);
  EXPECT_EQ(process.severity, Severity::kWarning);
}

TEST(Findings, PathsThatDoNotLeakAreNotCounted) {
  test::SmallHistory made;
  test::FakeSymbolizer symbolizer;
  symbolizer.name(0x10, "make_string", "/src/string.cpp", 10);
  Site& leaking = made.site(made.stack({0x10, 0x20}), 1000, 100'000);
  leaking.live_bytes_over_time = ramp(20, 5000);
  made.bear_steadily(leaking);
  Site& settled = made.site(made.stack({0x10, 0x30}), 10, 50'000);
  settled.live_bytes_over_time = std::vector<std::uint64_t>(20, 50'000);
  made.bear(settled, {10});
  std::vector<Growth> growth(2);
  growth[0].verdict = GrowthVerdict::kLeak;
  growth[1].verdict = GrowthVerdict::kWarmUp;
  ReportBuilder builder(symbolizer, {});
  builder.add({made.history, growth, std::nullopt});
  const ReportProcess process = std::move(builder).finish().processes.at(0);
  ASSERT_EQ(process.findings.size(), 1U);
  EXPECT_EQ(process.findings[0].blocks, 1000U);
  EXPECT_EQ(process.findings[0].bytes, 100'000U);
}

TEST(Findings, GrowingMappingsAreFound) {
  test::SmallHistory made;
  test::FakeSymbolizer symbolizer;
  made.history.mappings.maps = 20;
  made.history.mappings.live_bytes = 20U << 20;
  for (std::uint64_t i = 1; i <= 20; ++i) {
    TimelinePoint point;
    point.time_ns = i * 500'000'000;
    point.mapped_bytes = i << 20;
    made.history.timeline.push_back(point);
  }
  ReportBuilder builder(symbolizer, {});
  builder.add({made.history, {}, Trend{2 << 20, 1 << 20, 3 << 20, 1}});
  const ReportModel model = std::move(builder).finish();
  ASSERT_EQ(model.processes[0].findings.size(), 1U);
  EXPECT_EQ(model.processes[0].findings[0].kind, "mapping");
}

}  // namespace
}  // namespace leak::scan
