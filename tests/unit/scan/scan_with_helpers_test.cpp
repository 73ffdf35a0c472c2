// The graph is the same, byte for byte, however many threads make it.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <random>

#include "unit/scan/test_heap.h"

namespace leak::hook {
namespace {

using test::Pages;
using test::TestHeap;

// All bodies of a graph, one behind the other, without the time that it took.
struct Bodies {
  Pages memory{std::size_t{64} << 20};  // the helpers cannot use malloc
  std::size_t bytes = 0;
  std::uint32_t parts = 0;
  trace::GraphTotals totals;
};

void scan(ScanRequest request, unsigned helpers, Bodies& bodies) {
  request.helpers = helpers;
  const GraphSink sink{
      [](void* self, const void* body, std::size_t bytes, const trace::GraphPart& part) noexcept {
        Bodies& to = *static_cast<Bodies*>(self);
        if (part.part != to.parts++) return false;
        if (part.section == trace::GraphSection::kEnd) {
          trace::GraphPartReader reader;
          return reader.open(static_cast<const std::uint8_t*>(body), bytes) && reader.totals(to.totals);
        }
        std::memcpy(reinterpret_cast<char*>(to.memory.words()) + to.bytes, body, bytes);
        to.bytes += bytes;
        return true;
      },
      &bodies};
  EXPECT_TRUE(scan_heap(request, sink).complete);
  bodies.totals.scan_ns = 0;
}

void expect_equal(const Bodies& one, const Bodies& other) {
  EXPECT_EQ(one.parts, other.parts);
  ASSERT_EQ(one.bytes, other.bytes);
  EXPECT_EQ(std::memcmp(one.memory.words(), other.memory.words(), one.bytes), 0);
  EXPECT_EQ(std::memcmp(&one.totals, &other.totals, sizeof(one.totals)), 0);
}

class ScanWithHelpers : public ::testing::Test {
 protected:
  // Blocks of all sizes, some larger than a slice of memory, that point to one another, into one another,
  // into a mapping and nowhere; with holes between them.
  void fill(std::size_t blocks) {
    std::vector<std::uintptr_t> made;
    for (std::size_t i = 0; i != blocks; ++i) {
      std::size_t bytes = 1 + random_() % 300;
      if (i % 1000 == 500) bytes = 20000 + random_() % 200000;
      if (i == blocks / 2) bytes = std::size_t{13} << 20;
      made.push_back(heap_.block(bytes, random_() % 4 == 0 ? random_() % 512 : 0));
    }
    const auto any_block = [&] { return made[random_() % blocks]; };
    for (const std::uintptr_t block : made) {
      const std::size_t words = TestHeap::usable_size(block) / 8;
      for (std::size_t pointers = random_() % 4; words != 0 && pointers != 0; --pointers) {
        const std::uintptr_t target = any_block();
        std::uint64_t value = target;
        if (random_() % 4 == 0) value += random_() % TestHeap::usable_size(target);
        if (random_() % 8 == 0) value = mapping_.address() + random_() % kMappingBytes;
        if (random_() % 64 == 0) value = block;                        // itself
        if (random_() % 8 == 0) value |= std::uint64_t{0xabcd} << 48;  // a tag
        TestHeap::words(block)[random_() % words] = value;
      }
    }
    // Into one mapping from all parts of one large block, and back from all parts of the mapping.
    std::uint64_t* const large = TestHeap::words(made[blocks / 2]);
    for (std::size_t at = 0; at < std::size_t{13} << 20; at += 1 << 20)
      large[at / 8] = mapping_.address() + 8 + at / 2;
    for (std::size_t at = 0; at < kMappingBytes; at += 4096) mapping_.words()[at / 8] = any_block();
    for (std::size_t i = 0; i != 100; ++i) root_pages_.words()[i] = any_block();
  }

  // Nothing else in the process counts: it changes from one scan to the next.
  ScanRequest request() {
    ScanRequest request = test::request_for(heap_);
    range_ = mapping_.range();
    request.mappings = &range_;
    request.mapping_count = 1;
    roots_ = root_pages_.range();
    request.root_regions = &roots_;
    request.root_region_count = 1;
    const AddressRange used[] = {heap_.memory(), range_, roots_};
    excluded_ = {{0, ~std::uintptr_t{0}}};
    for (const AddressRange& range : used) {
      std::vector<AddressRange> rest;
      for (const AddressRange& whole : excluded_) {
        rest.push_back({whole.begin, std::min(whole.end, range.begin)});
        rest.push_back({std::max(whole.begin, range.end), whole.end});
      }
      std::erase_if(rest, [](const AddressRange& part) { return part.begin >= part.end; });
      excluded_ = rest;
    }
    request.excluded = excluded_.data();
    request.excluded_count = static_cast<std::uint32_t>(excluded_.size());
    request.sizes_for_all_threads = true;
    return request;
  }

  static constexpr std::size_t kMappingBytes = std::size_t{10} << 20;
  std::mt19937_64 random_{7};
  TestHeap heap_{std::size_t{256} << 20};
  Pages mapping_{kMappingBytes};
  Pages root_pages_{4096};
  AddressRange range_, roots_;
  std::vector<AddressRange> excluded_;
};

TEST_F(ScanWithHelpers, GivesTheSameGraph) {
  fill(100'000);
  Bodies alone;
  scan(request(), 0, alone);
  EXPECT_GT(alone.totals.edges, 100'000U);
  EXPECT_GT(alone.totals.lost_nodes, 0U);
  EXPECT_GT(alone.totals.encoded_edges, 0U);
  for (const unsigned helpers : {1U, 3U, 1U, 3U}) {
    Bodies together;
    scan(request(), helpers, together);
    expect_equal(alone, together);
  }
}

TEST_F(ScanWithHelpers, AsksAnAllocatorThatKnowsItsThreadsInOneThreadOnly) {
  static std::atomic<bool> asked_elsewhere{false};
  fill(100'000);
  Bodies alone, together;
  scan(request(), 0, alone);
  ScanRequest picky = request();
  picky.sizes_for_all_threads = false;
  static std::uintptr_t caller = 0;
  caller = reinterpret_cast<std::uintptr_t>(__builtin_thread_pointer());
  picky.usable_size = [](std::uintptr_t block) {
    if (reinterpret_cast<std::uintptr_t>(__builtin_thread_pointer()) != caller) asked_elsewhere = true;
    return TestHeap::usable_size(block);
  };
  scan(picky, 3, together);
  expect_equal(alone, together);
  EXPECT_FALSE(asked_elsewhere);
}

TEST_F(ScanWithHelpers, EndsWhenTheSinkRefuses) {
  fill(100'000);
  for (const unsigned helpers : {0U, 3U}) {
    ScanRequest refused = request();
    refused.helpers = helpers;
    int calls = 0;
    const GraphSink sink{[](void* self, const void*, std::size_t, const trace::GraphPart&) noexcept {
                           return ++*static_cast<int*>(self) < 3;
                         },
                         &calls};
    EXPECT_FALSE(scan_heap(refused, sink).complete);
    EXPECT_EQ(calls, 3);
  }
}

}  // namespace
}  // namespace leak::hook
