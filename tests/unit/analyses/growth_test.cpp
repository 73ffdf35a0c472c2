#include "analyses/growth.h"

#include <gtest/gtest.h>

namespace leak::scan {
namespace {

HeapHistory history_of(const std::vector<std::vector<std::uint64_t>>& series) {
  HeapHistory history;
  for (std::size_t i = 0; i != series.front().size(); ++i)
    history.bucket_end_ns.push_back((i + 1) * 1'000'000'000);
  for (const std::vector<std::uint64_t>& one : series)
    history.sites.emplace_back().live_bytes_over_time = one;
  return history;
}

TEST(Growth, ALineHasItsSlopeForSure) {
  std::vector<std::uint64_t> line;
  for (std::uint64_t i = 0; i != 64; ++i) line.push_back(1000 + 50 * i);
  const std::vector<SiteGrowth> growth = measure_growth(history_of({line}));
  ASSERT_EQ(growth.size(), 1U);
  EXPECT_DOUBLE_EQ(growth[0].slope_bytes_per_s, 50);
  EXPECT_DOUBLE_EQ(growth[0].confidence, 1);
}

TEST(Growth, WarmUpIsCutOff) {
  std::vector<std::uint64_t> warm(64, 5000);
  for (std::uint64_t i = 0; i != 13; ++i) warm[i] = 100 * i;
  EXPECT_TRUE(measure_growth(history_of({warm})).empty());
}

TEST(Growth, WildPointsDoNotMoveIt) {
  std::vector<std::uint64_t> line;
  for (std::uint64_t i = 0; i != 64; ++i) line.push_back(i % 9 == 0 ? 10'000'000 : 1000 + 50 * i);
  EXPECT_NEAR(measure_growth(history_of({line}))[0].slope_bytes_per_s, 50, 5);
}

TEST(Growth, AZigzagIsUnsure) {
  std::vector<std::uint64_t> zigzag;
  for (std::uint64_t i = 0; i != 64; ++i) zigzag.push_back(i % 2 == 0 ? 0 : 1000);
  EXPECT_LT(measure_growth(history_of({zigzag}))[0].confidence, 0.1);
}

TEST(Growth, ShrinkingIsNegative) {
  std::vector<std::uint64_t> line;
  for (std::uint64_t i = 0; i != 64; ++i) line.push_back(100'000 - 50 * i);
  EXPECT_DOUBLE_EQ(measure_growth(history_of({line}))[0].slope_bytes_per_s, -50);
}

TEST(Growth, TooShortARunSaysNothing) {
  EXPECT_TRUE(measure_growth(history_of({{1, 2, 3}})).empty());
  EXPECT_TRUE(measure_growth(HeapHistory{}).empty());
}

}  // namespace
}  // namespace leak::scan
