#include "live_set/live_set.h"

#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <set>
#include <thread>
#include <vector>

namespace leak::hook {
namespace {

std::unique_ptr<LiveSet> make_set(unsigned spacing_shift) {
  auto set = std::make_unique<LiveSet>();
  set->enable(spacing_shift);
  return set;
}

std::vector<std::uintptr_t> members(const LiveSet& set) {
  std::vector<std::uintptr_t> found;
  set.for_each([&found](std::uintptr_t block) { found.push_back(block); });
  return found;
}

TEST(LiveSet, HoldsNothingUntilEnabled) {
  const auto set = std::make_unique<LiveSet>();
  set->insert(0x1000);
  EXPECT_FALSE(set->contains(0x1000));
  EXPECT_TRUE(members(*set).empty());
}

TEST(LiveSet, AgreesWithAnOrderedSet) {
  for (const unsigned shift : {3U, 4U, 5U}) {
    const auto set = make_set(shift);
    std::set<std::uintptr_t> expected;
    std::mt19937_64 random(shift);
    for (int i = 0; i != 20000; ++i) {
      const std::uintptr_t region = (random() % 5) * 0x155555555ULL << 12;
      const std::uintptr_t cell = (region + random() % (1U << 27)) >> shift;
      // Always at the same place in a cell: the set expects one block in each.
      const std::uintptr_t block = cell << shift | (cell * 8 & ((1U << shift) - 1));
      if (random() % 3 == 0 && !expected.empty()) {
        set->erase(*expected.begin());
        expected.erase(expected.begin());
      } else {
        set->insert(block);
        expected.insert(block);
      }
    }
    EXPECT_EQ(members(*set), std::vector<std::uintptr_t>(expected.begin(), expected.end()));
  }
}

TEST(LiveSet, ErasesInTwoSteps) {
  const auto off = std::make_unique<LiveSet>();
  EXPECT_EQ(off->expect_erase(0x1000), nullptr);
  const auto set = make_set(5);
  EXPECT_EQ(set->expect_erase(0x1000), nullptr) << "from before the set";
  EXPECT_EQ(set->expect_erase(~std::uintptr_t{0}), nullptr) << "beyond what it covers";
  LiveSet::erase(nullptr);
  set->insert(0x1000);
  set->insert(0x1020);
  LiveSet::Cell* const cell = set->expect_erase(0x1000);
  EXPECT_TRUE(set->contains(0x1000)) << "the first step only looks";
  LiveSet::erase(cell);
  EXPECT_FALSE(set->contains(0x1000));
  EXPECT_TRUE(set->contains(0x1020));
}

TEST(LiveSet, KeepsNeighboursApart) {
  const auto set = make_set(5);
  set->insert(0x7fff00000000);
  set->insert(0x7fff00000030);
  set->insert(0x7ffeffffff0 << 4);
  set->erase(0x7fff00000000);
  EXPECT_EQ(members(*set), (std::vector<std::uintptr_t>{0x7ffeffffff0 << 4, 0x7fff00000030}));
}

TEST(LiveSet, TellsWhereInItsCellABlockBegins) {
  const auto set = make_set(5);
  set->insert(0x5010);
  EXPECT_TRUE(set->contains(0x5010));
  EXPECT_FALSE(set->contains(0x5000));
  set->erase(0x5010);
  set->insert(0x5000);  // the allocator cut its memory anew
  EXPECT_EQ(members(*set), std::vector<std::uintptr_t>{0x5000});
}

TEST(LiveSet, HoldsBlocksThatBeginInOneCell) {
  const auto set = make_set(3);
  const std::vector<std::uintptr_t> four = {0x5000, 0x5008, 0x5010, 0x5018};
  for (const std::uintptr_t block : {four[2], four[0], four[3], four[1]}) set->insert(block);
  EXPECT_EQ(members(*set), four) << "ascending";
  set->erase(four[1]);
  LiveSet::erase(set->expect_erase(four[2]));
  EXPECT_FALSE(set->contains(four[1]));
  EXPECT_EQ(members(*set), (std::vector<std::uintptr_t>{four[0], four[3]}));
}

TEST(LiveSet, ToleratesWhatItCannotKnow) {
  const auto set = make_set(5);
  set->erase(0x12340);              // from before us
  set->insert(0xffff800000000000);  // no user address
  set->erase(0xffff800000000000);
  EXPECT_TRUE(members(*set).empty());
}

TEST(LiveSet, MarksOnceHoweverOftenItIsTold) {
  const auto set = make_set(5);
  set->insert(0x5000);
  set->insert(0x5000);
  set->erase(0x5000);
  EXPECT_TRUE(members(*set).empty());
}

TEST(LiveSet, LosesNothingBetweenThreads) {
  const auto set = make_set(5);
  constexpr std::uintptr_t kThreads = 4, kBlocks = 20000;
  std::vector<std::thread> threads;
  for (std::uintptr_t thread = 0; thread != kThreads; ++thread) {
    threads.emplace_back([&set, thread] {  // neighbours share cache lines, and all race for the leaf
      for (std::uintptr_t i = 0; i != kBlocks; ++i) set->insert((i * kThreads + thread) << 5);
      for (std::uintptr_t i = 0; i != kBlocks; i += 2) set->erase((i * kThreads + thread) << 5);
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(members(*set).size(), kThreads * kBlocks / 2);
}

}  // namespace
}  // namespace leak::hook
