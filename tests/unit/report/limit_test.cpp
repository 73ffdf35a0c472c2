#include "report/limit.h"

#include <gtest/gtest.h>

#include "report/findings.h"
#include "report/verdict.h"

namespace leak::scan {
namespace {

constexpr std::uint64_t kMiB = 1U << 20;
constexpr std::uint64_t kSecondNs = 1'000'000'000;

// A process of 100 MiB, of which `findings` grow by 1 MiB/s each.
ReportProcess process_with(int findings, std::optional<std::uint64_t> limit_bytes,
                           std::uint64_t horizon_ns = kDefaultHorizonNs) {
  ReportProcess process;
  process.timeline.rss_bytes = {10 * kMiB, 100 * kMiB};
  for (int i = 0; i != findings; ++i) {
    ReportFinding& finding = process.findings.emplace_back();
    finding.growth = ReportRate{double(kMiB), double(kMiB) / 2, double(kMiB) * 2, .25};
  }
  process.limit = limit_of(process, 0, {limit_bytes, horizon_ns});
  forecast(process);
  return process;
}

TEST(Limit, IsMetWhenTheRoomIsUsedUp) {
  const ReportProcess process = process_with(1, 400 * kMiB);
  ASSERT_TRUE(process.limit && process.limit->met);
  EXPECT_EQ(process.limit->used_bytes, 100 * kMiB);
  EXPECT_EQ(process.limit->used, "rss");
  EXPECT_EQ(process.limit->met->in_ns, 300 * kSecondNs);
  EXPECT_EQ(process.limit->met->earliest_ns, 150 * kSecondNs);
  EXPECT_EQ(process.limit->met->latest_ns, 600 * kSecondNs);
  EXPECT_TRUE(process.limit->is_met);
  EXPECT_EQ(limit_sentence(*process.limit),
            "At this rate it meets the limit of 400.0 MiB in 5m 00s (95 %: between 2m 30s and 10m 00s).");
}

TEST(Limit, AllThatGrowsMeetsItSoonerThanEachAlone) {
  const ReportProcess process = process_with(3, 400 * kMiB);
  EXPECT_EQ(process.limit->met->in_ns, 100 * kSecondNs);
  EXPECT_DOUBLE_EQ(process.limit->growth.share, .75);
  for (const ReportFinding& finding : process.findings) {
    ASSERT_TRUE(finding.limit_met);
    EXPECT_EQ(finding.limit_met->in_ns, 300 * kSecondNs);
  }
}

TEST(Limit, BeyondTheHorizonIsForetoldButNotMet) {
  const ReportProcess process = process_with(1, 400 * kMiB, 299 * kSecondNs);
  EXPECT_TRUE(process.limit->met);
  EXPECT_FALSE(process.limit->is_met);
}

TEST(Limit, ThatIsExceededIsMetNow) {
  const ReportProcess process = process_with(1, 99 * kMiB);
  EXPECT_EQ(process.limit->met->in_ns, 0U);
  EXPECT_TRUE(process.limit->is_met);
  EXPECT_EQ(limit_sentence(*process.limit), "It uses 100.0 MiB, more than the limit of 99.0 MiB.");
}

TEST(Limit, IsNotMetByWhatDoesNotGrow) {
  EXPECT_FALSE(process_with(0, 99 * kMiB).limit->met);
  ReportProcess notes = process_with(0, 400 * kMiB);
  notes.findings.emplace_back().severity = Severity::kGood;
  notes.findings.back().growth = ReportRate{1, 0, 0, 0};
  forecast(notes);
  EXPECT_FALSE(notes.limit->met);
  EXPECT_FALSE(notes.findings.back().limit_met);
}

TEST(Limit, OfTheControlGroupHoldsUnlessOneIsGiven) {
  const ReportProcess process;
  EXPECT_FALSE(limit_of(process, 0, {}));
  EXPECT_EQ(limit_of(process, kMiB, {})->source, "cgroup");
  EXPECT_EQ(limit_of(process, kMiB, {2 * kMiB})->bytes, 2 * kMiB);
  EXPECT_EQ(limit_of(process, kMiB, {2 * kMiB})->source, "option");
  EXPECT_FALSE(limit_of(process, kMiB, {0}));
}

TEST(Limit, WithoutSamplesOfMemoryTheHeapAndMappingsAreWhatIsUsed) {
  ReportProcess process;
  process.totals.live_bytes = 3;
  process.mappings.live_bytes = 4;
  EXPECT_EQ(limit_of(process, kMiB, {})->used_bytes, 7U);
  EXPECT_EQ(limit_of(process, kMiB, {})->used, "heap");
}

TEST(SeverityOf, CountsLeaksAndLooksAtTheLimit) {
  EXPECT_EQ(severity_of(0, false), Severity::kGood);
  EXPECT_EQ(severity_of(0, true), Severity::kGood);
  EXPECT_EQ(severity_of(1, false), Severity::kWarning);
  EXPECT_EQ(severity_of(2, false), Severity::kWarning);
  EXPECT_EQ(severity_of(3, false), Severity::kCritical);
  EXPECT_EQ(severity_of(1, true), Severity::kCritical);
}

}  // namespace
}  // namespace leak::scan
