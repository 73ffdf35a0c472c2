#include "scan/node_index.h"

#include <gtest/gtest.h>

#include <random>

#include "unit/scan/test_heap.h"

namespace leak::hook {
namespace {

using test::TestHeap;

class NodeIndexTest : public ::testing::Test {
 protected:
  void build(const std::vector<AddressRange>& mappings = {}) {
    ASSERT_TRUE(map_.load());
    ASSERT_TRUE(index_.build(block_source(heap_), &TestHeap::usable_size, mappings.data(),
                             static_cast<std::uint32_t>(mappings.size()), excluded_, map_));
    // Every other one: both ways must give the same answers.
    for (NodeId block = 0; block < index_.block_count(); block += 2) settle(block);
  }
  void settle(NodeId block) {
    const Mapping* nearby = map_.end();
    index_.settle(block, nearby);
  }
  std::size_t bytes_of(NodeId node) {
    if (node < index_.block_count()) settle(node);
    return index_[node].bytes;
  }

  // Every address that might be decided wrongly, compared with a walk over all blocks.
  void expect_right_answers(std::size_t step) {
    NodeId expected = NodeIndex::kNone;
    const AddressRange hull = index_.hull(0);
    NodeId next = 0;
    for (std::uintptr_t at = hull.begin; at < hull.end; at += step) {
      while (next != index_.block_count() && index_[next].begin <= at) expected = next++;
      const bool inside = at - index_[expected].begin < TestHeap::usable_size(index_[expected].begin);
      const Target target = index_.find(at);
      ASSERT_EQ(target.node, inside ? expected : NodeIndex::kNone) << std::hex << at;
      ASSERT_EQ(target.offset, inside ? at - index_[expected].begin : 0);
    }
  }

  TestHeap heap_;
  MemoryMap map_;
  RangeSet excluded_;
  NodeIndex index_;
};

TEST_F(NodeIndexTest, FindsBlocksOfAllSizes) {
  std::mt19937 random(1);
  for (int i = 0; i != 3000; ++i) heap_.block(1 + random() % 300, random() % 4 == 0 ? random() % 3000 : 0);
  build();
  expect_right_answers(1);
}

TEST_F(NodeIndexTest, FindsBlocksAtMultiplesOfEight) {
  std::mt19937 random(2);
  for (int i = 0; i != 1000; ++i) {
    if (i == 500) heap_.use_odd_granules();
    heap_.block(8 + random() % 100);
  }
  build();
  expect_right_answers(1);
}

TEST_F(NodeIndexTest, FindsBlocksThatSpanRegions) {
  for (int i = 0; i != 5; ++i) {
    heap_.block(24);
    heap_.block(std::size_t{3} << 20, 100);
    heap_.block(1 << 20, std::size_t{2} << 20);
  }
  build();
  expect_right_answers(61);
}

TEST_F(NodeIndexTest, CutsBlocksAtTheNextAndAtTheEndOfMemory) {
  const std::uintptr_t a = heap_.block(24), b = heap_.block(24);
  TestHeap::words(a)[-1] = 1 << 20;  // spoilt sizes
  TestHeap::words(b)[-1] = ~std::uint64_t{0} / 2;
  build();
  EXPECT_EQ(bytes_of(0), b - a);
  EXPECT_LE(bytes_of(1), std::size_t{1} << 47);
  EXPECT_EQ(index_.find(b).node, 1U);
}

TEST_F(NodeIndexTest, LeavesOutExcludedBlocks) {
  heap_.block(24);
  const std::uintptr_t b = heap_.block(24);
  heap_.block(24);
  excluded_.add({b - 4, b + 8});
  excluded_.sort();
  build();
  EXPECT_EQ(index_.block_count(), 2U);
  EXPECT_EQ(index_.find(b + 8).node, NodeIndex::kNone);
}

TEST_F(NodeIndexTest, FindsMappingsFarAway) {
  const std::uintptr_t a = heap_.block(24);
  const std::uintptr_t low = 0x10000, high = 0x7fffffff0000;
  build({{low, low + 0x2000}, {high, high + 0x1000}});
  EXPECT_TRUE(index_.may_hold(low + 5));
  EXPECT_EQ(index_.find(low + 5).node, 1U);
  EXPECT_EQ(index_.find(high + 0xfff).node, 2U);
  EXPECT_EQ(index_.find(high + 0xfff).offset, 0xfffU);
  EXPECT_EQ(index_.find(a + 1).node, 0U);
  EXPECT_FALSE(index_.may_hold(low + 0x2000));
  EXPECT_FALSE(index_.may_hold(high + 0x1000));
}

}  // namespace
}  // namespace leak::hook
