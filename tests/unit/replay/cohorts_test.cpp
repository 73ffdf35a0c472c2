#include <gtest/gtest.h>

#include "replay/event_quantiles.h"
#include "support/replay_helpers.h"

namespace leak::scan {
namespace {

constexpr std::uint64_t kSecond = 1'000'000'000;
constexpr std::uint64_t kPartsPerBlock = 1024;

EventChunkRef chunk(std::uint64_t first, std::uint64_t last, std::uint32_t events) {
  EventChunkRef chunk;
  chunk.frame.first_ticks = first;
  chunk.frame.last_ticks = last;
  chunk.frame.item_count = events;
  return chunk;
}

TEST(EventQuantiles, DivideEventsNotTime) {
  // All but one part of the events within a tenth of the time.
  const std::vector<EventChunkRef> chunks = {chunk(0, 899, 10), chunk(900, 999, 90)};
  const std::vector<std::uint64_t> quantiles = event_quantiles(chunks, 0, 1000, 10);
  ASSERT_EQ(quantiles.size(), 9U);
  EXPECT_NEAR(static_cast<double>(quantiles[0]), 900, 2);
  EXPECT_NEAR(static_cast<double>(quantiles[4]), 944, 2);
  EXPECT_NEAR(static_cast<double>(quantiles[8]), 988, 2);
}

TEST(EventQuantiles, OverlappingChunksAddUp) {
  const std::vector<EventChunkRef> chunks = {chunk(0, 999, 100), chunk(500, 999, 100)};
  const std::vector<std::uint64_t> quantiles = event_quantiles(chunks, 0, 1000, 4);
  ASSERT_EQ(quantiles.size(), 3U);
  EXPECT_NEAR(static_cast<double>(quantiles[0]), 500, 2);
  EXPECT_NEAR(static_cast<double>(quantiles[1]), 666, 2);
}

TEST(EventQuantiles, NothingHasNone) {
  EXPECT_TRUE(event_quantiles({}, 0, 1000, 4).empty());
  EXPECT_TRUE(event_quantiles({chunk(5, 5, 0)}, 0, 1000, 4).empty());
}

// Site 1 leaks a block a second, site 2 keeps each for ten seconds; a hundred seconds.
class Cohorts : public ::testing::Test {
 protected:
  Cohorts() {
    test::add_pcs(builder_, 2);
    for (std::uint64_t second = 1; second != 100; ++second) {
      const std::uint64_t now = 1000 + second * kSecond;
      builder_.alloc(1, now, 0x10000 + second * 16, 16, {1});
      if (second > 10) builder_.free(1, now + 5, 0x80000 + (second - 10) * 16);
      builder_.alloc(1, now + 10, 0x80000 + second * 16, 16, {2});
    }
    builder_.end(1000 + 100 * kSecond, 5'000'000'000 + 100 * kSecond);
  }

  static double blocks(std::uint64_t parts) {
    return static_cast<double>(parts) / static_cast<double>(kPartsPerBlock);
  }

  test::TraceBuilder builder_;
};

TEST_F(Cohorts, EachBlockIsBornOnceAndDiesOnce) {
  const HeapHistory history = test::replay(builder_);
  for (const std::uint32_t leaf : {1U, 2U}) {
    const Site& site = test::site_at(history, leaf);
    double born = 0;
    double died = 0;
    for (const SiteCohorts::Born& entry : site.cohorts.born) born += blocks(entry.parts);
    for (const SiteCohorts::Died& entry : site.cohorts.died) died += blocks(entry.parts);
    EXPECT_EQ(born, static_cast<double>(site.allocations));
    EXPECT_EQ(died, static_cast<double>(site.deallocations));
    EXPECT_EQ(born - died, static_cast<double>(site.live.blocks));
  }
}

TEST_F(Cohorts, AgesAreThoseOfTheBlocks) {
  const HeapHistory history = test::replay(builder_);
  const CohortAxis& axis = history.cohorts;
  ASSERT_GE(axis.cohort_begin.size(), 32U);
  ASSERT_EQ(axis.moment_ns.size(), axis.allocations.size());
  EXPECT_EQ(axis.moment_ns.back(), 100 * kSecond);
  EXPECT_EQ(axis.allocations.back(), 198U);
  for (const SiteCohorts::Died& died : test::site_at(history, 2).cohorts.died) {
    const std::uint64_t born_ns = axis.moment_ns[axis.cohort_begin[died.cohort]];
    const std::uint64_t before_ns = axis.moment_ns[died.moment - 1];
    const std::uint64_t after_ns = axis.moment_ns[died.moment];
    EXPECT_LE(before_ns, born_ns + 14 * kSecond);
    EXPECT_GE(after_ns, born_ns + 10 * kSecond);
  }
}

TEST_F(Cohorts, OfARangeAreItsOwn) {
  ReplayOptions options;
  options.from_ns = 20 * kSecond;
  options.to_ns = 60 * kSecond;
  const HeapHistory history = test::replay(builder_, options);
  EXPECT_NEAR(static_cast<double>(history.cohorts.moment_ns.front()), 20e9, 1e7);
  EXPECT_NEAR(static_cast<double>(history.cohorts.moment_ns.back()), 60e9, 1e7);
  double born = 0;
  for (const SiteCohorts::Born& entry : test::site_at(history, 1).cohorts.born) born += blocks(entry.parts);
  EXPECT_NEAR(born, 40, 1);
}

TEST_F(Cohorts, WithoutThemNothingIsCounted) {
  ReplayOptions options;
  options.cohorts = 0;
  const HeapHistory history = test::replay(builder_, options);
  EXPECT_TRUE(history.cohorts.cohort_begin.empty());
  for (const Site& site : history.sites) EXPECT_TRUE(site.cohorts.died.empty());
}

}  // namespace
}  // namespace leak::scan
