#include "decode/sample_weights.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace leak::scan {
namespace {

trace::SamplingRecord record_at(std::uint64_t ticks, std::uint64_t sample_bytes) {
  trace::SamplingRecord record{};
  record.header.ticks = ticks;
  record.sample_bytes = sample_bytes;
  return record;
}

TEST(SampleWeights, IsOneBlockWhereEverythingIsRecorded) {
  const WeighedBlock weighed = weigh(48, 0);
  EXPECT_EQ(weighed.parts, kOneBlock);
  EXPECT_EQ(weighed.bytes, 48U);
}

TEST(SampleWeights, IsTheInverseOfTheProbability) {
  const WeighedBlock weighed = weigh(1000, 1000);
  EXPECT_EQ(weighed.parts, 1620U);  // 1024 / (1 - 1/e)
  EXPECT_EQ(weighed.bytes, 1582U);
  EXPECT_NEAR(sample_weight(64, 512U << 10), 8192.5, 0.01);
}

TEST(SampleWeights, LargeBlocksCountOnce) {
  const WeighedBlock weighed = weigh(std::uint64_t{100} << 20, 4096);
  EXPECT_EQ(weighed.parts, kOneBlock);
  EXPECT_EQ(weighed.bytes, std::uint64_t{100} << 20);
}

TEST(SampleWeights, ABlockOfNoBytesCountsAsOneByteWouldAndHoldsNone) {
  EXPECT_EQ(weigh(0, 4096).parts, weigh(1, 4096).parts);
  EXPECT_EQ(weigh(0, 4096).bytes, 0U);
}

TEST(SampleWeights, AnyNumbersGiveSomeWeight) {
  const std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
  const SamplePeriods damaged({record_at(0, most)}, 0);
  for (const std::uint64_t size : {std::uint64_t{0}, std::uint64_t{1}, most}) {
    for (const std::uint64_t rate : {std::uint64_t{1}, damaged.sample_bytes_at(0)}) {
      EXPECT_GE(weigh(size, rate).parts, kOneBlock);
    }
  }
}

TEST(SamplePeriods, EachHoldsFromItsTimeToTheNext) {
  const SamplePeriods periods({record_at(4 << 3, 100), record_at(9 << 3, 200)}, 3);
  EXPECT_EQ(periods.sample_bytes_at(3), 0U);
  EXPECT_EQ(periods.sample_bytes_at(4), 100U);
  EXPECT_EQ(periods.sample_bytes_at(8), 100U);
  EXPECT_EQ(periods.sample_bytes_at(9), 200U);
  EXPECT_EQ(SamplePeriods().sample_bytes_at(9), 0U);
}

}  // namespace
}  // namespace leak::scan
