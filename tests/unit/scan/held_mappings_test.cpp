#include "scan/held_mappings.h"

#include <gtest/gtest.h>

namespace leak::hook {
namespace {

constexpr std::uintptr_t kPiece = std::uintptr_t{256} << 10;
constexpr Node kMapping = {16 * kPiece, 4 * kPiece};
constexpr NodeId kSource = 7;

TEST(HeldMappings, KnowTheMemoryAroundAPointer) {
  HeldMappings held;
  held.begin(kSource);
  held.add(kSource, kMapping.begin + kPiece + 8, kMapping);
  EXPECT_TRUE(held.contains(kMapping.begin + kPiece));
  EXPECT_TRUE(held.contains(kMapping.begin + 2 * kPiece - 1));
  EXPECT_FALSE(held.contains(kMapping.begin + kPiece - 1));
  EXPECT_FALSE(held.contains(kMapping.begin + 2 * kPiece));
}

TEST(HeldMappings, NeverHoldTheBeginOfAMapping) {
  HeldMappings held;
  held.begin(kSource);
  held.add(kSource, kMapping.begin + 8, kMapping);
  EXPECT_FALSE(held.contains(kMapping.begin));
}

TEST(HeldMappings, KeepToTheMapping) {
  HeldMappings held;
  held.begin(kSource);
  const Node shorter = {kMapping.begin - 8, 2 * kPiece};
  held.add(kSource, shorter.begin + shorter.bytes - 8, shorter);
  EXPECT_FALSE(held.contains(shorter.begin + shorter.bytes - 8));
  held.add(kSource, kMapping.begin, shorter);
  EXPECT_TRUE(held.contains(kMapping.begin));
}

TEST(HeldMappings, ForgetWithTheSource) {
  HeldMappings held;
  held.begin(kSource);
  held.add(kSource, kMapping.begin + kPiece, kMapping);
  held.begin(kSource);
  EXPECT_TRUE(held.contains(kMapping.begin + kPiece));
  held.begin(kSource + 1);
  EXPECT_FALSE(held.contains(kMapping.begin + kPiece));
  held.add(kSource, kMapping.begin + kPiece, kMapping);  // looked up late
  EXPECT_FALSE(held.contains(kMapping.begin + kPiece));
}

}  // namespace
}  // namespace leak::hook
