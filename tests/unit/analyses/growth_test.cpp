#include "analyses/growth.h"

#include <gtest/gtest.h>

#include <algorithm>

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

std::vector<std::uint64_t> ramp(std::size_t points, std::uint64_t step) {
  std::vector<std::uint64_t> values;
  for (std::size_t i = 1; i <= points; ++i) values.push_back(i * step);
  return values;
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

// A thousand allocations in each of 32 s, and a second in which the program ends. The one site has a block of
// 100 bytes of each 1000 while it works, and `kept` of them afterwards.
HeapHistory ending_history(std::uint64_t kept) {
  constexpr std::uint64_t kSecond = 1'000'000'000;
  HeapHistory history;
  CohortAxis& axis = history.cohorts;
  axis = {{0}, {0}, {}};
  Site& site = history.sites.emplace_back();
  std::vector<std::uint64_t> bytes;
  for (std::uint32_t i = 0; i != 33; ++i) {
    axis.cohort_begin.push_back(i);
    axis.moment_ns.push_back((i + 1) * kSecond);
    axis.allocations.push_back(std::min<std::uint64_t>(i + 1, 32) * 1000);
    bytes.push_back(i == 32 ? kept * 100 : (i + 1) * 100);
    history.bucket_end_ns.push_back((i + 1) * kSecond);
    history.timeline.push_back(
        {(i + 1) * kSecond, {bytes.back() / 100, bytes.back()}, bytes.back(), 0, 0, 0});
    if (i != 32) site.cohorts.born.push_back({i, 1024});
    if (i != 32 && i >= kept) site.cohorts.died.push_back({i, 33, 1024});
  }
  site.live_bytes_over_time = bytes;
  site.allocations = 32;
  site.deallocations = 32 - kept;
  site.live = {kept, kept * 100};
  site.recorded_live_blocks = kept;
  return history;
}

TEST(Growth, WhatTheEndOfTheProgramGivesBackHadPiledUpBefore) {
  const HeapHistory history = ending_history(0);
  EXPECT_EQ(end_of_work(history), 32U);
  const Growth growth = measure_growth(history).at(0);
  EXPECT_EQ(growth.verdict, GrowthVerdict::kLeak);
  ASSERT_TRUE(growth.given_back);
  EXPECT_EQ(growth.given_back->blocks, 32U);
  EXPECT_EQ(growth.given_back->bytes, 3200U);
  EXPECT_DOUBLE_EQ(growth.trend.slope_per_s, 100);
  EXPECT_EQ(growth.rise_bytes, 0U) << "nothing rose to the end";
}

TEST(Growth, WhatTheEndLeavesIsNotGivenBack) {
  EXPECT_FALSE(measure_growth(ending_history(30)).at(0).given_back);
}

TEST(Growth, ARunThatWorksUntilItsEndHasNoOther) {
  HeapHistory history = ending_history(32);
  EXPECT_EQ(end_of_work(history), std::nullopt);
  history.sampling.emplace_back();
  EXPECT_EQ(end_of_work(history), std::nullopt);
  EXPECT_EQ(end_of_work(HeapHistory{}), std::nullopt);
}

TEST(Growth, WorkOnItsWayIsNoEnd) {
  HeapHistory history = ending_history(0);
  history.sites[0].cohorts.died.clear();
  for (std::uint32_t i = 0; i != 32; ++i) history.sites[0].cohorts.died.push_back({i, i + 1, 1024});
  std::vector<std::uint64_t> bytes(33);
  bytes[31] = 100;
  history.sites[0].live_bytes_over_time = bytes;
  EXPECT_FALSE(measure_growth(history).at(0).given_back) << "churn";
}

TEST(Growth, TooShortARunSaysNothing) {
  EXPECT_EQ(measure_growth(history_of({{1, 2, 3}})).at(0).verdict, GrowthVerdict::kFlat);
  EXPECT_TRUE(measure_growth(HeapHistory{}).empty());
}

TEST(RisesToTheEnd, TellsLeaksFromCachesAndSawteeth) {
  EXPECT_TRUE(rises_to_the_end(ramp(20, 10)));
  std::vector<std::uint64_t> cache = ramp(20, 10);
  for (std::size_t i = 10; i != cache.size(); ++i) cache[i] = 100;
  EXPECT_FALSE(rises_to_the_end(cache));
  std::vector<std::uint64_t> sawtooth;
  for (std::uint64_t i = 0; i != 20; ++i) sawtooth.push_back(i % 7 * 10);
  EXPECT_FALSE(rises_to_the_end(sawtooth));
  EXPECT_FALSE(rises_to_the_end({1, 2, 3}));
  EXPECT_FALSE(rises_to_the_end(std::vector<std::uint64_t>(20, 5)));
}

}  // namespace
}  // namespace leak::scan
