#include "scan/in_order.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace leak::hook {
namespace {

using Pieces = InOrder<std::uint32_t>;

TEST(InOrder, TakesAtOnceWhatComesInOrder) {
  Pieces pieces;
  std::vector<std::uint32_t> taken;
  for (std::uint32_t number = 0; number != 3 * Pieces::kPieces; ++number) {
    pieces.place_for(number) = 10 * number;
    pieces.finish(number, [&](std::uint32_t made) { taken.push_back(made); });
    ASSERT_EQ(taken.size(), number + 1);
    EXPECT_EQ(taken.back(), 10 * number);
  }
}

TEST(InOrder, KeepsWhatComesTooEarly) {
  Pieces pieces;
  std::vector<std::uint32_t> taken;
  const auto finish = [&](std::uint32_t number) {
    pieces.place_for(number) = number;
    pieces.finish(number, [&](std::uint32_t made) { taken.push_back(made); });
  };
  finish(2);
  finish(1);
  EXPECT_TRUE(taken.empty());
  finish(0);
  EXPECT_EQ(taken, (std::vector<std::uint32_t>{0, 1, 2}));
}

TEST(InOrder, MakesLaterPiecesWhereTakenOnesWereMade) {
  Pieces pieces;
  const auto take = [](std::uint32_t) {};
  std::uint32_t* const first = &pieces.place_for(0);
  std::uint32_t* const second = &pieces.place_for(1);
  EXPECT_NE(first, second);
  pieces.finish(0, take);
  EXPECT_EQ(&pieces.place_for(2), first);
  pieces.finish(1, take);
  pieces.finish(2, take);
  EXPECT_EQ(&pieces.place_for(3), first);
}

TEST(InOrder, TakesEveryPieceOnceWhoeverMadeIt) {
  constexpr std::uint32_t kCount = 20000;
  Pieces pieces;
  std::vector<std::uint32_t> taken;  // by one thread at a time
  std::atomic<std::uint32_t> next{0};
  const auto work = [&] {
    for (;;) {
      const std::uint32_t number = next.fetch_add(1);
      if (number >= kCount) return;
      pieces.place_for(number) = number;
      pieces.finish(number, [&](std::uint32_t made) { taken.push_back(made); });
    }
  };
  std::vector<std::thread> threads;
  for (int i = 0; i != 4; ++i) threads.emplace_back(work);
  for (std::thread& thread : threads) thread.join();
  ASSERT_EQ(taken.size(), kCount);
  for (std::uint32_t i = 0; i != kCount; ++i) ASSERT_EQ(taken[i], i);
}

}  // namespace
}  // namespace leak::hook
