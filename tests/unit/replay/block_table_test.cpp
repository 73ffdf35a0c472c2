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

}  // namespace
}  // namespace leak::scan
