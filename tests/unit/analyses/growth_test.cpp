#include "analyses/growth.h"

#include <gtest/gtest.h>

namespace leak::scan {
namespace {

HeapHistory history_of(const std::vector<std::vector<std::uint64_t>>& series) {
  HeapHistory history;
  for (std::size_t i = 0; i != series.front().size(); ++i)
    history.bucket_end_ns.push_back((i + 1) * 1'000'000'000);
  for (const std::vector<std::uint64_t>& one : series) {
    Site& site = history.sites.emplace_back();
    site.live_bytes_over_time = one;
    site.live = {1, one.back()};
    site.allocations = site.recorded_live_blocks = 1;
  }
  return history;
}

TEST(Growth, ALineHasItsSlopeForSure) {
  std::vector<std::uint64_t> line;
  for (std::uint64_t i = 0; i != 64; ++i) line.push_back(1000 + 50 * i);
  const Trend trend = measure_growth(history_of({line})).at(0).trend;
  EXPECT_DOUBLE_EQ(trend.slope_per_s, 50);
  EXPECT_DOUBLE_EQ(trend.low_per_s, 50);
  EXPECT_DOUBLE_EQ(trend.high_per_s, 50);
  EXPECT_DOUBLE_EQ(trend.confidence, 1);
}

TEST(Growth, WarmUpIsCutOff) {
  std::vector<std::uint64_t> warm(64, 5000);
  for (std::uint64_t i = 0; i != 13; ++i) warm[i] = 100 * i;
  const Growth growth = measure_growth(history_of({warm})).at(0);
  EXPECT_EQ(growth.verdict, GrowthVerdict::kWarmUp);
  EXPECT_EQ(growth.trend.slope_per_s, 0);
}

TEST(Growth, WildPointsDoNotMoveIt) {
  std::vector<std::uint64_t> line;
  for (std::uint64_t i = 0; i != 64; ++i) line.push_back(i % 9 == 0 ? 10'000'000 : 1000 + 50 * i);
  EXPECT_NEAR(measure_growth(history_of({line}))[0].trend.slope_per_s, 50, 5);
}

TEST(Growth, AZigzagIsUnsure) {
  std::vector<std::uint64_t> zigzag;
  for (std::uint64_t i = 0; i != 64; ++i) zigzag.push_back(i % 2 == 0 ? 0 : 1000);
  EXPECT_LT(measure_growth(history_of({zigzag}))[0].trend.confidence, 0.1);
}

TEST(Growth, ShrinkingIsNegative) {
  std::vector<std::uint64_t> line;
  for (std::uint64_t i = 0; i != 64; ++i) line.push_back(100'000 - 50 * i);
  EXPECT_DOUBLE_EQ(measure_growth(history_of({line}))[0].trend.slope_per_s, -50);
}

TEST(Growth, TooShortARunSaysNothing) {
  EXPECT_EQ(measure_growth(history_of({{1, 2, 3}})).at(0).verdict, GrowthVerdict::kFlat);
  EXPECT_TRUE(measure_growth(HeapHistory{}).empty());
}

}  // namespace
}  // namespace leak::scan
