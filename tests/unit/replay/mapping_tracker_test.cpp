#include "replay/mapping_tracker.h"

#include <gtest/gtest.h>

namespace leak::scan {
namespace {

constexpr std::uint64_t kPage = 4096;
constexpr int kPrivate = 0x22;
constexpr int kFixed = 0x32;

class MappingTrackerTest : public testing::Test {
 protected:
  void map(std::uint64_t page, std::uint64_t bytes, std::uint32_t stack, int flags = kPrivate) {
    trace::Event event;
    event.op = trace::Op::kMmap;
    event.address = page * kPage;
    event.size = bytes;
    event.extra = trace::pack_mmap_extra(3, flags, false);
    tracker_.apply(event, StackId(stack));
  }
  void unmap(std::uint64_t page, std::uint64_t bytes) {
    trace::Event event;
    event.op = trace::Op::kMunmap;
    event.address = page * kPage;
    event.size = bytes;
    tracker_.apply(event, StackId{});
  }
  void remap(std::uint64_t old_page, std::uint64_t old_bytes, std::uint64_t page, std::uint64_t bytes,
             std::uint32_t stack) {
    trace::Event event;
    event.op = trace::Op::kMremap;
    event.old_address = old_page * kPage;
    event.extra = old_bytes;
    event.address = page * kPage;
    event.size = bytes;
    tracker_.apply(event, StackId(stack));
  }
  void brk(std::uint64_t from, std::uint64_t to) {
    trace::Event event;
    event.op = trace::Op::kBrk;
    event.old_address = from;
    event.address = to;
    tracker_.apply(event, StackId{});
  }
  const MappingLedger& ledger() const { return tracker_.ledger(); }

  MappingTracker tracker_{kPage};
};

TEST_F(MappingTrackerTest, CountsWholePages) {
  map(10, 1, 1);
  map(20, kPage + 1, 1);
  EXPECT_EQ(ledger().maps, 2U);
  EXPECT_EQ(ledger().live_bytes, 3 * kPage);
  ASSERT_EQ(ledger().sites.size(), 1U);
  EXPECT_EQ(ledger().sites[0].maps, 2U);
  EXPECT_EQ(ledger().sites[0].live_bytes, 3 * kPage);
}

TEST_F(MappingTrackerTest, AnUnmapInTheMiddleSplits) {
  map(10, 10 * kPage, 1);
  unmap(13, 2 * kPage);
  EXPECT_EQ(ledger().live_bytes, 8 * kPage);
  unmap(10, 3 * kPage);
  unmap(15, 5 * kPage);
  EXPECT_EQ(ledger().live_bytes, 0U);
  EXPECT_EQ(ledger().unmaps, 3U);
  EXPECT_EQ(ledger().peak_bytes, 10 * kPage);
}

TEST_F(MappingTrackerTest, AnUnmapMayCoverSeveralMappings) {
  map(10, 2 * kPage, 1);
  map(14, 2 * kPage, 2);
  unmap(11, 4 * kPage);
  EXPECT_EQ(ledger().live_bytes, 2 * kPage);
  EXPECT_EQ(ledger().sites[0].live_bytes, kPage);
  EXPECT_EQ(ledger().sites[1].live_bytes, kPage);
}

TEST_F(MappingTrackerTest, UnmappingTheUnknownCountsNothing) {
  unmap(10, kPage);
  EXPECT_EQ(ledger().unmaps, 0U);
}

TEST_F(MappingTrackerTest, FixedReplacesWhatWasThere) {
  map(10, 10 * kPage, 1);
  map(12, 2 * kPage, 2, kFixed);
  EXPECT_EQ(ledger().live_bytes, 10 * kPage);
  EXPECT_EQ(ledger().sites[0].live_bytes, 8 * kPage);
  EXPECT_EQ(ledger().sites[1].live_bytes, 2 * kPage);
}

TEST_F(MappingTrackerTest, RemapGrowsInPlaceAndMoves) {
  map(10, 2 * kPage, 1);
  remap(10, 2 * kPage, 10, 4 * kPage, 2);
  EXPECT_EQ(ledger().live_bytes, 4 * kPage);
  remap(10, 4 * kPage, 50, 8 * kPage, 3);
  EXPECT_EQ(ledger().live_bytes, 8 * kPage);
  unmap(50, 8 * kPage);
  EXPECT_EQ(ledger().live_bytes, 0U);
  EXPECT_EQ(ledger().maps, ledger().unmaps);
}

TEST_F(MappingTrackerTest, BreakGrowthIsKeptApart) {
  brk(0x1000, 0x5000);
  brk(0x5000, 0x3000);
  EXPECT_EQ(ledger().brk_bytes, 0x2000U);
  EXPECT_EQ(ledger().live_bytes, 0U);
  brk(0x3000, 0);
  EXPECT_EQ(ledger().brk_bytes, 0U);
}

TEST_F(MappingTrackerTest, RangesAtTheTopOfTheAddressSpaceEndThere) {
  map((~std::uint64_t{0} / kPage) - 1, ~std::uint64_t{0}, 1);
  map(0, ~std::uint64_t{0}, 1);
  unmap(0, ~std::uint64_t{0});
  EXPECT_EQ(ledger().live_bytes, 0U);
}

TEST_F(MappingTrackerTest, TellsWhatCannotComeNext) {
  map(10, 2 * kPage, 1);
  trace::Event event;
  event.op = trace::Op::kMmap;
  event.address = 11 * kPage;
  event.size = kPage;
  event.extra = trace::pack_mmap_extra(3, kPrivate, false);
  EXPECT_TRUE(tracker_.is_blocked(event));
  event.extra = trace::pack_mmap_extra(3, kFixed, false);
  EXPECT_FALSE(tracker_.is_blocked(event));
  event.op = trace::Op::kMunmap;
  EXPECT_FALSE(tracker_.is_blocked(event));
  event.address = 90 * kPage;
  EXPECT_TRUE(tracker_.is_blocked(event));
}

}  // namespace
}  // namespace leak::scan
