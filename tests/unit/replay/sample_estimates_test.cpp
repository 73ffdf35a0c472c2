#include "replay/sample_estimates.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <random>

#include "decode/sample_weights.h"

namespace leak::scan {
namespace {

TEST(SampleSum, IsExactWhereEverythingIsRecorded) {
  SampleSum sum;
  sum.add(48, 0);
  sum.add(1 << 20, 0);
  EXPECT_EQ(sum.recorded_blocks(), 2U);
  EXPECT_EQ(sum.bytes_error(), 0U);
}

TEST(SampleSum, BlocksFarLargerThanTheRateAreNearlyExact) {
  SampleSum sum;
  sum.add(1 << 20, 4096);
  EXPECT_LT(sum.bytes_error(), 16U);
}

TEST(SampleSum, OneSmallBlockMayStandForNearlyNothingOrForSeveral) {
  SampleSum sum;
  sum.add(64, 512U << 10);
  // n = 1: z^2/2 + z * sqrt(1 + z^2/4) = 7.52 blocks' worth of 512 KiB.
  EXPECT_NEAR(static_cast<double>(sum.bytes_error()), 7.52 * (512U << 10), 4096);
}

TEST(SampleSum, AddsUpLikeItsBlocks) {
  SampleSum one;
  SampleSum two;
  SampleSum both;
  one.add(100, 1000);
  both.add(100, 1000);
  two.add(3000, 4000);
  both.add(3000, 4000);
  one.add(two);
  EXPECT_EQ(one.recorded_blocks(), both.recorded_blocks());
  EXPECT_EQ(one.bytes_error(), both.bytes_error());
}

// The promise itself, by simulation: mixed sizes, from few to many expected blocks in the sample.
TEST(SampleSum, TheTruthLiesWithinTheErrorInNinetyNineOfAHundredSamples) {
  constexpr std::uint64_t kRate = 10'000;
  constexpr int kTrials = 2000;
  std::mt19937_64 random(20);
  std::uniform_real_distribution<double> uniform(0, 1);
  for (const std::size_t blocks : {20U, 100U, 1000U, 5000U}) {
    std::vector<std::uint64_t> sizes(blocks);
    std::uint64_t truth = 0;
    for (std::size_t i = 0; i != blocks; ++i) truth += sizes[i] = 16U << (i % 10);
    int within = 0;
    double mean = 0;
    for (int trial = 0; trial != kTrials; ++trial) {
      SampleSum sum;
      std::uint64_t estimate = 0;
      for (const std::uint64_t size : sizes) {
        if (uniform(random) * sample_weight(size, kRate) >= 1) continue;
        sum.add(size, kRate);
        estimate += weigh(size, kRate).bytes;
      }
      const std::uint64_t distance = estimate > truth ? estimate - truth : truth - estimate;
      within += distance <= sum.bytes_error() ? 1 : 0;
      mean += static_cast<double>(estimate) / kTrials;
    }
    // With none in the sample there is nothing to give an error of: few blocks may be missed altogether.
    EXPECT_GE(within, kTrials * (blocks < 100 ? 80 : 985) / (blocks < 100 ? 100 : 1000))
        << blocks << " blocks";
    EXPECT_NEAR(mean / static_cast<double>(truth), 1, 0.05) << blocks << " blocks";
  }
}

}  // namespace
}  // namespace leak::scan
