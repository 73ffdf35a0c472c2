#include "scan/held_mappings.h"

#include <gtest/gtest.h>

namespace leak::hook {
namespace {

constexpr std::uintptr_t kPiece = std::uintptr_t{256} << 10;
constexpr Node kMapping = {16 * kPiece, 4 * kPiece};
constexpr NodeId kSource = 7;

TEST(HeldMappings, KnowTheMemoryAroundAPointer) {
  HeldMappings held;
  EXPECT_FALSE(held.contains(kSource, kMapping.begin + kPiece + 8));
  held.add(kSource, kMapping.begin + kPiece + 8, kMapping);
  EXPECT_TRUE(held.contains(kSource, kMapping.begin + kPiece));
  EXPECT_TRUE(held.contains(kSource, kMapping.begin + 2 * kPiece - 1));
  EXPECT_FALSE(held.contains(kSource, kMapping.begin + kPiece - 1));
  EXPECT_FALSE(held.contains(kSource, kMapping.begin + 2 * kPiece));
}

TEST(HeldMappings, NeverHoldTheBeginOfAMapping) {
  HeldMappings held;
  held.add(kSource, kMapping.begin + 8, kMapping);
  EXPECT_FALSE(held.contains(kSource, kMapping.begin));
  EXPECT_TRUE(held.contains(kSource, kMapping.begin + 1));
}

TEST(HeldMappings, KeepToTheMapping) {
  HeldMappings held;
  const Node shorter = {kMapping.begin - 8, kPiece};
  held.add(kSource, kMapping.begin, shorter);
  EXPECT_TRUE(held.contains(kSource, kMapping.begin));
  EXPECT_TRUE(held.contains(kSource, shorter.begin + kPiece - 1));
  EXPECT_FALSE(held.contains(kSource, shorter.begin + kPiece));
}

TEST(HeldMappings, AreTheSources) {
  HeldMappings held;
  held.add(kSource, kMapping.begin + 8, kMapping);
  EXPECT_FALSE(held.contains(kSource + 1, kMapping.begin + 8));
  held.add(kSource + 1, kMapping.begin + 8, kMapping);
  EXPECT_TRUE(held.contains(kSource + 1, kMapping.begin + 8));
}

}  // namespace
}  // namespace leak::hook
