#include "replay/stack_table.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

#include "decode/stack_interner.h"

namespace leak::scan {
namespace {

TEST(StackTable, SharesOuterFrames) {
  StackTable table;
  const StackId outer = table.intern(StackId{}, PcId(1));
  const StackId left = table.intern(outer, PcId(2));
  const StackId right = table.intern(outer, PcId(3));
  EXPECT_NE(left, right);
  EXPECT_EQ(table.intern(outer, PcId(2)), left);
  EXPECT_EQ(table.caller(right), outer);
  EXPECT_EQ(table.frames(left), (std::vector<PcId>{PcId(2), PcId(1)}));
  EXPECT_TRUE(table.frames(StackId{}).empty());
}

TEST(StackTable, TheTruncatedFrameIsAStackOfItsOwn) {
  StackTable table;
  const StackId truncated = table.intern(StackId{}, PcId(0));
  EXPECT_NE(truncated, StackId{});
  EXPECT_EQ(table.frames(truncated).size(), 1U);
}

TEST(StackTable, KeepsIdsWhileItGrows) {
  StackTable table;
  StackInterner interner;
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint32_t> expected;
  std::mt19937 engine(5);
  const auto random = [&] { return static_cast<std::uint32_t>(engine()); };
  std::vector<InternedStack> interned(1);
  for (int i = 0; i != 100'000; ++i) {
    const std::uint32_t caller = random() % static_cast<std::uint32_t>(interned.size());
    const std::uint32_t pc = random() % 8;
    const auto [found, is_new] =
        expected.try_emplace({caller, pc}, static_cast<std::uint32_t>(interned.size()));
    const InternedStack stack = interner.intern(interned[caller], pc);
    if (is_new) interned.push_back(stack);
    ASSERT_EQ(table.intern(StackId(caller), PcId(pc)).value, found->second);
    ASSERT_EQ(stack.id, found->second);
  }
  EXPECT_EQ(table.size(), interned.size());
  EXPECT_EQ(interner.nodes().size(), interned.size());
}

}  // namespace
}  // namespace leak::scan
