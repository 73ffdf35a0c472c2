#include "scan/heap_scan.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

#include "unit/scan/test_heap.h"

namespace leak::hook {
namespace {

using test::Graph;
using test::Pages;
using test::TestHeap;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using trace::PointerForm;
using trace::RootKind;

volatile std::uintptr_t g_root = 0;
volatile std::uintptr_t g_initialised = 1;

class HeapScan : public ::testing::Test {
 protected:
  ~HeapScan() override {
    g_root = 0;
    g_initialised = 1;
  }

  static std::uint64_t& word(std::uintptr_t block, std::size_t offset) {
    return TestHeap::words(block)[offset / 8];
  }
  Graph scan() { return test::scan(test::request_for(heap_)); }

  TestHeap heap_;
};

TEST_F(HeapScan, GivesBlocksEdgesAndTotals) {
  const std::uintptr_t a = heap_.block(24), b = heap_.block(40), c = heap_.block(100, 5000);
  word(a, 8) = b;
  word(a, 16) = c + 99;
  word(b, 0) = a + 7;
  word(b, 32) = b + 8;   // itself: no edge
  word(c, 0) = c + 100;  // just past its end
  word(c, 8) = a - 1;    // just before the first
  word(c, 96 - 8) = b + 39;
  const Graph graph = scan();
  ASSERT_TRUE(graph.complete);
  ASSERT_EQ(graph.blocks.size(), 3U);
  EXPECT_EQ(graph.blocks[1].address, b);
  EXPECT_EQ(graph.blocks[1].bytes, 40U);
  EXPECT_EQ(graph.blocks[1].first_word, 0U);  // a pointer to a node: the edge tells
  EXPECT_THAT(graph.edge_list(), ElementsAre("0+8 -> 1+0", "0+16 -> 2+99", "1+0 -> 0+7", "2+88 -> 1+39"));
  EXPECT_THAT(graph.roots, IsEmpty());
  EXPECT_EQ(graph.totals.blocks, 3U);
  EXPECT_EQ(graph.totals.edges, 4U);
  EXPECT_EQ(graph.totals.lost_nodes, 3U);
  EXPECT_EQ(graph.totals.problems & ~trace::kProblemUnknownTls, 0U);
}

TEST_F(HeapScan, TellsFirstWordsThatMayBeLengthsOrVtables) {
  const std::uintptr_t count = heap_.block(40), file = heap_.block(40), text = heap_.block(40);
  word(count, 0) = 40;
  word(file, 0) = reinterpret_cast<std::uintptr_t>(&g_initialised);
  word(text, 0) = 0x6867666564636261;
  const Graph graph = scan();
  ASSERT_EQ(graph.blocks.size(), 3U);
  EXPECT_EQ(graph.blocks[0].first_word, 40U);
  EXPECT_EQ(graph.blocks[1].first_word, reinterpret_cast<std::uintptr_t>(&g_initialised));
  EXPECT_EQ(graph.blocks[2].first_word, 0U);
}

TEST_F(HeapScan, NamesThePlaceOfGlobals) {
  const std::uintptr_t a = heap_.block(24), b = heap_.block(24), c = heap_.block(24);
  g_root = a;
  g_initialised = b + 8;
  const Graph graph = scan();
  const auto to_a = graph.roots_to(0), to_b = graph.roots_to(1);
  ASSERT_EQ(to_a.size(), 1U);
  EXPECT_EQ(to_a[0].kind, RootKind::kData);
  EXPECT_EQ(to_a[0].where, reinterpret_cast<std::uintptr_t>(&g_root));
  EXPECT_THAT(graph.modules[to_a[0].context], ::testing::EndsWith("scan_test"));
  ASSERT_EQ(to_b.size(), 1U);
  EXPECT_EQ(to_b[0].to_offset, 8U);
  EXPECT_EQ(graph.totals.lost_nodes, 1U);
  EXPECT_EQ(graph.contents.count(0), 0U);
  EXPECT_EQ(graph.contents.count(heap_.index_of(c)), 1U);
}

TEST_F(HeapScan, KeepsTheFirstBytesOfLostBlocks) {
  const std::uintptr_t small = heap_.block(3), large = heap_.block(100);
  std::memcpy(reinterpret_cast<void*>(small), "abc", 3);
  std::memset(reinterpret_cast<void*>(large), 'x', 100);
  const Graph graph = scan();
  ASSERT_EQ(graph.contents.size(), 2U);
  EXPECT_EQ(graph.contents.at(0).size, 3U);
  EXPECT_EQ(std::memcmp(graph.contents.at(0).bytes, "abc", 3), 0);
  EXPECT_EQ(graph.contents.at(1).size, 32U);
  EXPECT_EQ(graph.contents.at(1).bytes[31], 'x');
}

TEST_F(HeapScan, TakesMappingsOfTheProgramAsNodes) {
  const std::uintptr_t a = heap_.block(24), b = heap_.block(24);
  const Pages mapping(1 << 16);
  mapping.words()[1000] = b;
  word(a, 0) = mapping.address() + 4096;
  ScanRequest request = test::request_for(heap_);
  const AddressRange range = mapping.range();
  request.mappings = &range;
  request.mapping_count = 1;
  const Graph graph = test::scan(request);
  ASSERT_EQ(graph.mappings.size(), 1U);
  EXPECT_EQ(graph.mappings[0].address, mapping.address());
  EXPECT_THAT(graph.edge_list(), ElementsAre("0+0 -> 2+4096", "2+8000 -> 1+0"));
  EXPECT_THAT(graph.roots_to(1), IsEmpty());
}

TEST_F(HeapScan, TellsOfManyPointersIntoOneMappingTheFirst) {
  const std::uintptr_t a = heap_.block(40), b = heap_.block(40);
  const Pages mapping(1 << 16);
  word(a, 8) = mapping.address() + 4096;
  word(a, 16) = mapping.address() + 8192;
  word(a, 24) = mapping.address();
  word(b, 0) = mapping.address() + 8192;
  ScanRequest request = test::request_for(heap_);
  const AddressRange range = mapping.range();
  request.mappings = &range;
  request.mapping_count = 1;
  EXPECT_THAT(test::scan(request).edge_list(), ElementsAre("0+8 -> 2+4096", "0+24 -> 2+0", "1+0 -> 2+8192"));
}

TEST_F(HeapScan, TellsOfAMappingFullOfPointersIntoMappingsOnceEach) {
  heap_.block(24);
  constexpr std::size_t kBytes = std::size_t{8} << 20;
  const Pages pages(2 * kBytes);
  const AddressRange ranges[] = {{pages.address(), pages.address() + kBytes},
                                 {pages.address() + kBytes, pages.address() + 2 * kBytes}};
  const std::size_t half = kBytes / 8;
  for (std::size_t i = 0; i != half; ++i) pages.words()[i] = pages.address() + 8 + 16 * i;  // into both
  pages.words()[half - 1] = pages.address() + kBytes;
  for (std::size_t i = 0; i != 3000; ++i) pages.words()[half + 1 + i] = pages.address() + 16 * i;
  ScanRequest request = test::request_for(heap_);
  request.mappings = ranges;
  request.mapping_count = 2;
  const std::string into_second = "1+" + std::to_string(kBytes / 2) + " -> 2+8";
  const std::string to_second = "1+" + std::to_string(kBytes - 8) + " -> 2+0";
  EXPECT_THAT(test::scan(request).edge_list(),
              ElementsAre(into_second, to_second, "2+8 -> 1+0", "2+16 -> 1+16"));
}

TEST_F(HeapScan, TellsOfManyPointersFarIntoABlockAFewAndAllToItsEnds) {
  const std::uintptr_t a = heap_.block(96), b = heap_.block(1024), c = heap_.block(24);
  for (std::uint64_t i = 0; i != 7; ++i) word(a, 8 * i) = b + 512 + 8 * i;
  word(a, 56) = b + 40;
  word(a, 64) = b + 1000;
  word(a, 72) = b;
  word(c, 0) = b + 800;
  EXPECT_THAT(scan().edge_list(),
              ElementsAre("0+0 -> 1+512", "0+8 -> 1+520", "0+16 -> 1+528", "0+24 -> 1+536", "0+56 -> 1+40",
                          "0+64 -> 1+1000", "0+72 -> 1+0", "2+0 -> 1+800"));
}

TEST_F(HeapScan, CountsAWordInABlockOnceThoughAMappingLiesAroundIt) {
  const std::uintptr_t a = heap_.block(24), b = heap_.block(24), c = heap_.block(24);
  word(a, 8) = b;
  word(b, 0) = c;
  TestHeap::words(a)[-2] = b;  // the mapping's own
  ScanRequest request = test::request_for(heap_);
  const AddressRange range{a & ~std::uintptr_t{4095}, (a & ~std::uintptr_t{4095}) + 4096};
  request.mappings = &range;
  request.mapping_count = 1;
  const Graph graph = test::scan(request);
  ASSERT_EQ(graph.mappings.size(), 1U);
  EXPECT_THAT(graph.edge_list(), ElementsAre("0+8 -> 1+0", "1+0 -> 2+0", "3+0 -> 1+0"));
}

TEST_F(HeapScan, TakesUntracedMemoryAsRootsUnlessItIsOurs) {
  heap_.block(24);
  const std::uintptr_t b = heap_.block(24);
  const Pages mapping(1 << 16);
  mapping.words()[5] = b;
  const auto roots = scan().roots_to(1);
  ASSERT_EQ(roots.size(), 1U);
  EXPECT_EQ(roots[0].kind, RootKind::kUntracedMapping);
  EXPECT_EQ(roots[0].where, mapping.address() + 40);

  ScanRequest request = test::request_for(heap_);
  const AddressRange range = mapping.range();
  request.excluded = &range;
  request.excluded_count = 1;
  EXPECT_THAT(test::scan(request).roots, IsEmpty());
}

TEST_F(HeapScan, TakesWhatTheHooksSayAsRoots) {
  const std::uintptr_t a = heap_.block(24), b = heap_.block(24);
  const Pages region(4096);
  region.words()[0] = b;
  const AddressRange range = region.range();
  const PinnedRoot pinned{a + 4, RootKind::kSignalStack};
  ScanRequest request = test::request_for(heap_);
  request.pinned = &pinned;
  request.pinned_count = 1;
  request.root_regions = &range;
  request.root_region_count = 1;
  const Graph graph = test::scan(request);
  ASSERT_EQ(graph.roots_to(0).size(), 1U);
  EXPECT_EQ(graph.roots_to(0)[0].kind, RootKind::kSignalStack);
  EXPECT_EQ(graph.roots_to(0)[0].to_offset, 4U);
  EXPECT_EQ(graph.roots_to(1)[0].kind, RootKind::kPinned);
}

TEST_F(HeapScan, SkipsAndCountsUnreadableParts) {
  const std::uintptr_t big = heap_.block(64 << 10), b = heap_.block(24);
  const std::uintptr_t guard = (big + 8192) & ~std::uintptr_t{4095};
  word(big, 0) = b;
  word(big, (64 << 10) - 8) = b + 8;
  ASSERT_EQ(mprotect(reinterpret_cast<void*>(guard), 8192, PROT_NONE), 0);
  const Graph graph = scan();
  EXPECT_THAT(graph.edge_list(), ElementsAre("0+0 -> 1+0", "0+65528 -> 1+8"));
  EXPECT_EQ(graph.totals.skipped_bytes, 8192U);
}

TEST_F(HeapScan, ReadsFilesUpToTheirEnd) {
  const std::uintptr_t a = heap_.block(24);
  char name[] = "/tmp/leak_scan_XXXXXX";
  const int file = mkstemp(name);
  ASSERT_GE(file, 0);
  unlink(name);
  ASSERT_EQ(ftruncate(file, 4096), 0);
  void* const memory = mmap(nullptr, 3 * 4096, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  static_cast<std::uint64_t*>(memory)[3] = a;
  const std::uintptr_t begin = reinterpret_cast<std::uintptr_t>(memory);
  const AddressRange range{begin, begin + 3 * 4096};
  ScanRequest request = test::request_for(heap_);
  request.mappings = &range;
  request.mapping_count = 1;
  const Graph graph = test::scan(request);
  EXPECT_THAT(graph.edge_list(), ElementsAre("1+24 -> 0+0"));
  EXPECT_EQ(graph.totals.skipped_bytes, 8192U);
  munmap(memory, 3 * 4096);
  close(file);
}

TEST_F(HeapScan, LeavesUntouchedReservationsUntouched) {
  const std::uintptr_t a = heap_.block(24);
  constexpr std::size_t kTerabyte = std::size_t{1} << 40;
  const Pages reserved(kTerabyte);
  const std::size_t far = (kTerabyte / 2 + 16) / 8;
  reserved.words()[far] = a;
  const AddressRange range{reserved.address() + kTerabyte / 2 - (64 << 20),
                           reserved.address() + kTerabyte / 2 + 65536};
  ScanRequest request = test::request_for(heap_);
  request.mappings = &range;
  request.mapping_count = 1;
  const AddressRange rest[] = {{reserved.address(), range.begin},
                               {range.end, reserved.address() + kTerabyte}};
  request.excluded = rest;
  request.excluded_count = 2;
  const Graph graph = test::scan(request);
  ASSERT_EQ(graph.edges.size(), 1U);
  EXPECT_EQ(graph.edges[0].from_offset, (std::size_t{64} << 20) + 16);
  EXPECT_LT(graph.totals.scanned_bytes, std::size_t{32} << 20);
}

TEST_F(HeapScan, EndsWhenTheSinkRefuses) {
  heap_.block(24);
  int calls = 0;
  const GraphSink sink{[](void* self, const void*, std::size_t, const trace::GraphPart&) noexcept {
                         return ++*static_cast<int*>(self) < 2;
                       },
                       &calls};
  EXPECT_FALSE(scan_heap(test::request_for(heap_), sink).complete);
  EXPECT_EQ(calls, 2);
}

TEST_F(HeapScan, GivesAnEmptyHeapAnEmptyGraph) {
  const Graph graph = scan();
  EXPECT_TRUE(graph.complete);
  EXPECT_THAT(graph.blocks, IsEmpty());
  EXPECT_THAT(graph.roots, IsEmpty());
}

TEST_F(HeapScan, HandsHeaderAndLabelOn) {
  ScanRequest request = test::request_for(heap_);
  request.header.ticks = 99;
  request.header.stop = trace::StopMethod::kTracer;
  request.label = "after load";
  request.header.label_bytes = 10;
  const Graph graph = test::scan(request);
  EXPECT_EQ(graph.header.ticks, 99U);
  EXPECT_EQ(graph.header.stop, trace::StopMethod::kTracer);
  EXPECT_EQ(graph.label, "after load");
}

}  // namespace
}  // namespace leak::hook
