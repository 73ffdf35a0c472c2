#include "replay/page_census.h"

#include <gtest/gtest.h>

namespace leak::scan {
namespace {

constexpr std::uint64_t kCensusPage = 4096;
constexpr std::uint64_t kHeap = 0x555500000000;

TEST(PageCensus, AnEmptyHeapHasNoPages) {
  const PageCensus census = count_pages({}, kCensusPage);
  EXPECT_TRUE(census.regions.empty());
  EXPECT_TRUE(census.pins.empty());
}

TEST(PageCensus, OneBlockAPageKeepsAllPages) {
  std::vector<LiveBlock> blocks;
  for (std::uint64_t i = 0; i != 10; ++i) blocks.push_back({kHeap + i * kCensusPage + 64, 56, i == 0 ? 7U : 3U});
  const PageCensus census = count_pages(blocks, kCensusPage);
  ASSERT_EQ(census.regions.size(), 1U);
  const PageRegion& region = census.regions[0];
  EXPECT_TRUE(region.is_main_heap);
  EXPECT_EQ(region.begin, kHeap);
  EXPECT_EQ(region.end, kHeap + 10 * kCensusPage);
  EXPECT_EQ(region.pages, 10U);
  EXPECT_EQ(region.sparse_pages, 10U);
  EXPECT_EQ(region.used_bytes, 10U * 64);
  EXPECT_EQ(region.idle_bytes, 10 * (kCensusPage - 64));
  ASSERT_EQ(census.pins.size(), 2U);
  EXPECT_EQ(census.pins[0].site, 3U);
  EXPECT_EQ(census.pins[0].sparse_pages, 9U);
  EXPECT_EQ(census.pins[0].idle_bytes, 9 * (kCensusPage - 64));
  EXPECT_EQ(census.pins[1].idle_bytes, kCensusPage - 64);
}

TEST(PageCensus, FullPagesKeepNothing) {
  std::vector<LiveBlock> blocks;
  // Of 24 bytes, which take 32 each.
  for (std::uint64_t i = 0; i != 2 * kCensusPage / 32; ++i) blocks.push_back({kHeap + i * 32, 24, 1});
  const PageCensus census = count_pages(blocks, kCensusPage);
  EXPECT_EQ(census.regions[0].pages, 2U);
  EXPECT_EQ(census.regions[0].used_bytes, 2 * kCensusPage);
  EXPECT_EQ(census.regions[0].sparse_pages, 0U);
  EXPECT_TRUE(census.pins.empty());
}

TEST(PageCensus, SitesShareWhatTheyKeepTogether) {
  const PageCensus census = count_pages({{kHeap, 56, 1}, {kHeap + 64, 56, 1}, {kHeap + 128, 57, 2}}, kCensusPage);
  const std::uint64_t idle = kCensusPage - 64 - 64 - 80;
  ASSERT_EQ(census.pins.size(), 2U);
  EXPECT_EQ(census.pins[0].sparse_pages, 1U);
  EXPECT_EQ(census.pins[0].idle_bytes + census.pins[1].idle_bytes, idle);
  EXPECT_EQ(census.pins[1].idle_bytes, idle / 3);
}

TEST(PageCensus, ALargeBlockFillsItsPagesButForItsEnds) {
  const std::uint64_t size = 10 * kCensusPage;
  const PageCensus census = count_pages({{kHeap + 3 * kCensusPage - 64, size - 8, 1}}, kCensusPage);
  EXPECT_EQ(census.regions[0].pages, 11U);
  EXPECT_EQ(census.regions[0].used_bytes, size);
  EXPECT_EQ(census.regions[0].sparse_pages, 1U) << "the first: 64 bytes of it";
  EXPECT_EQ(census.regions[0].begin, kHeap + 2 * kCensusPage);
  EXPECT_EQ(census.regions[0].end, kHeap + 13 * kCensusPage);
}

TEST(PageCensus, ArenasAreToldApart) {
  const std::uint64_t arena = 0x7f0000000000;
  const PageCensus census =
      count_pages({{kHeap, 100, 1}, {arena + 0x100, 100, 1}, {arena + (65U << 20), 100, 1}}, kCensusPage);
  ASSERT_EQ(census.regions.size(), 3U);
  EXPECT_TRUE(census.regions[0].is_main_heap);
  EXPECT_FALSE(census.regions[1].is_main_heap);
  EXPECT_EQ(census.regions[1].begin, arena);
}

TEST(PageCensus, NonsenseOfADamagedTraceIsLeftOut) {
  const std::uint64_t last = ~std::uint64_t{0};
  EXPECT_TRUE(count_pages({{kHeap, last, 1}, {last - 100, 50, 1}}, kCensusPage).regions.empty());
}

}  // namespace
}  // namespace leak::scan
