#include "replay/lifetimes.h"

#include <gtest/gtest.h>

#include "replay/heap_replay.h"
#include "support/replay_helpers.h"
#include "support/small_trace.h"

namespace leak::scan {
namespace {

using test::TraceBuilder;

TEST(LifetimeClock, IsExactWhileTheRecordingIsShort) {
  const LifetimeClock clock(1000, 1'000'000, 2.5);
  EXPECT_EQ(clock.ns_between(clock.stamp(1000), clock.stamp(1000)), 0U);
  EXPECT_EQ(clock.ns_between(clock.stamp(1000), clock.stamp(1004)), 10U);
  EXPECT_EQ(clock.resolution_ns(), 2.5);
}

TEST(LifetimeClock, GetsCoarseWithTheLengthOfTheRecording) {
  const std::uint64_t year = std::uint64_t{1} << 55;
  const LifetimeClock clock(0, year, 1);
  const auto between = static_cast<double>(clock.ns_between(clock.stamp(0), clock.stamp(year)));
  EXPECT_NEAR(between, static_cast<double>(year), clock.resolution_ns());
  EXPECT_LT(clock.resolution_ns(), 2 * 8388609.0);
}

TEST(LifetimeClock, KnowsNothingOfWhatWasBeforeAndOfClocksThatAreOff) {
  EXPECT_EQ(LifetimeClock(1000, 2000, 1).stamp(999), LifetimeClock::kUnknown);
  EXPECT_NE(LifetimeClock(1000, 2000, 1).stamp(1000), LifetimeClock::kUnknown);
  EXPECT_NE(LifetimeClock(1000, 2000, 1).stamp(~std::uint64_t{0}), LifetimeClock::kUnknown);  // damaged
  EXPECT_EQ(LifetimeClock().stamp(1000), LifetimeClock::kUnknown);
}

TEST(LifetimeClock, AFreeBeforeItsAllocationLivedForNoTime) {
  const LifetimeClock clock(0, 1000, 1);
  EXPECT_EQ(clock.ns_between(clock.stamp(10), clock.stamp(5)), 0U);
}

TEST(LifetimeCounts, SumsByPowersOfTwo) {
  LifetimeCounts a;
  LifetimeCounts b;
  a.add(0, 1);
  a.add(1, 2);
  b.add(1023, 3);
  b.add(1024, 4);
  a.add(b);
  EXPECT_EQ(a.classes()[0].blocks, 1U);
  EXPECT_EQ(a.classes()[1].bytes, 2U);
  EXPECT_EQ(a.classes()[10].bytes, 3U);
  EXPECT_EQ(a.classes()[11].bytes, 4U);
}

// Ticks are nanoseconds here.
TEST(Lifetimes, AreThoseOfFreedBlocks) {
  for (const unsigned shards : {0U, 3U}) {
    TraceBuilder builder;
    add_pcs(builder, 1);
    builder.alloc(1, 2000, 0x10, 100, {1});
    builder.alloc(1, 2010, 0x20, 8, {1});
    builder.free(1, 2013, 0x20);             // 3 ns
    builder.alloc(1, 2100, 0x20, 50, {1});
    builder.free(1, 2612, 0x20);             // 512 ns
    builder.alloc(1, 3000, 0x30, 7, {1});
    builder.free(1, 3700, 0x30);             // 700 ns
    builder.free(1, 3800, 0x990);            // never seen
    builder.end(10'000, 5'000'009'000);
    ReplayOptions options;
    options.shards = shards;
    const HeapHistory history = test::replay(builder, options);
    ASSERT_EQ(history.lifetimes.size(), 2U);
    EXPECT_EQ(history.lifetimes[0].min_ns, 2U);
    EXPECT_EQ(history.lifetimes[0].blocks, 1U);
    EXPECT_EQ(history.lifetimes[0].bytes, 8U);
    EXPECT_EQ(history.lifetimes[1].min_ns, 512U);
    EXPECT_EQ(history.lifetimes[1].blocks, 2U);
    EXPECT_EQ(history.lifetimes[1].bytes, 57U);
    EXPECT_EQ(history.lifetime_resolution_ns, 1U);
  }
}

}  // namespace
}  // namespace leak::scan
