#include "replay/block_table.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

namespace leak::scan {
namespace {

TEST(BlockTable, BehavesLikeAMap) {
  BlockTable table;
  std::map<std::uint64_t, std::pair<std::uint64_t, std::uint32_t>> model;
  std::map<std::uint64_t, std::uint32_t> stamps;
  std::mt19937_64 random(3);
  for (int i = 0; i != 200'000; ++i) {
    const std::uint64_t address = 16 * (1 + random() % 20'000);
    BlockTable::Block* const block = table.find(address);
    const auto found = model.find(address);
    ASSERT_EQ(block != nullptr, found != model.end());
    if (found != model.end()) {
      ASSERT_EQ(table.size_of(*block), found->second.first);
      ASSERT_EQ(block->site(), found->second.second);
      ASSERT_EQ(block->stamp(), stamps[address]);
      table.erase(block);
      model.erase(found);
    } else {
      // Sizes around the 32-bit limit live in a table of their own.
      const std::uint64_t size = 0xffff'fff0U + random() % 32;
      const std::uint32_t site = static_cast<std::uint32_t>(random());
      table.insert(address, size, site, stamps[address] = static_cast<std::uint32_t>(random()));
      model[address] = {size, site};
    }
    ASSERT_EQ(table.size(), model.size());
  }
  std::size_t visited = 0;
  table.for_each([&](std::uint64_t address, std::uint64_t size, std::uint32_t site) {
    ++visited;
    EXPECT_EQ(model.at(address), std::make_pair(size, site));
  });
  EXPECT_EQ(visited, model.size());
}

// Its buckets move to huge pages on the way.
TEST(BlockTable, GrowsToManyMegabytes) {
  constexpr std::uint32_t kBlocks = 300'000;
  BlockTable table;
  for (std::uint32_t i = 0; i != kBlocks; ++i) table.insert(0x1000 + 48 * std::uint64_t{i}, i, i);
  EXPECT_EQ(table.size(), kBlocks);
  for (std::uint32_t i = 0; i != kBlocks; ++i) {
    BlockTable::Block* const block = table.find(0x1000 + 48 * std::uint64_t{i});
    ASSERT_NE(block, nullptr);
    ASSERT_EQ(block->site(), i);
    table.erase(block);
  }
  EXPECT_EQ(table.size(), 0U);
}

}  // namespace
}  // namespace leak::scan
