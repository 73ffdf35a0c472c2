#include "scan/near_distances.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/scan/test_heap.h"

namespace leak::hook {
namespace {

using test::Graph;
using test::TestHeap;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

volatile std::uintptr_t g_holders[16];

// Holders that globals hold, with a distance at offset 8 to an element that nothing else holds.
class NearDistances : public ::testing::Test {
 protected:
  ~NearDistances() override {
    for (volatile std::uintptr_t& holder : g_holders) holder = 0;
  }

  std::uintptr_t holder(std::size_t bytes = 24) {
    const std::uintptr_t block = heap_.block(bytes);
    g_holders[count_++] = block;
    return block;
  }
  std::uintptr_t pair(std::size_t gap, std::size_t bytes = 24) {
    const std::uintptr_t from = holder(bytes);
    const std::uintptr_t to = heap_.block(40, gap);
    TestHeap::words(from)[1] = to - from;
    return from;
  }
  // "from -> to" of each encoded edge.
  std::vector<std::string> found() {
    const Graph graph = test::scan(test::request_for(heap_));
    std::vector<std::string> list;
    for (const trace::GraphEdge& edge : graph.encoded_edges) {
      EXPECT_EQ(edge.form, trace::PointerForm::kSelfRelative);
      list.push_back(std::to_string(edge.from) + "+" + std::to_string(edge.from_offset) + " -> " +
                     std::to_string(edge.to));
    }
    return list;
  }

  static constexpr std::size_t kFar = 100'000;
  TestHeap heap_;
  std::size_t count_ = 0;
};

TEST_F(NearDistances, AreNumbersByThemselves) {
  for (int i = 0; i != 8; ++i) pair(0);
  EXPECT_THAT(found(), IsEmpty());
}

TEST_F(NearDistances, AreBelievedWhereThreeFarOnesAre) {
  for (int i = 0; i != 3; ++i) pair(kFar);
  pair(0);
  EXPECT_THAT(found(), ElementsAre("0+8 -> 1", "2+8 -> 3", "4+8 -> 5", "6+8 -> 7"));
}

TEST_F(NearDistances, AreNotBelievedForTwo) {
  for (int i = 0; i != 2; ++i) pair(kFar);
  pair(0);
  EXPECT_THAT(found(), ElementsAre("0+8 -> 1", "2+8 -> 3"));
}

TEST_F(NearDistances, AreNotBelievedOfBlocksOfAnotherSize) {
  for (int i = 0; i != 3; ++i) pair(kFar);
  pair(0, 72);
  EXPECT_THAT(found(), SizeIs(3));
}

TEST_F(NearDistances, MustEndWhereALostBlockBegins) {
  for (int i = 0; i != 3; ++i) pair(kFar);
  const std::uintptr_t from = pair(0);
  TestHeap::words(from)[1] += 8;
  EXPECT_THAT(found(), SizeIs(3));
  TestHeap::words(from)[1] = 0;
  EXPECT_THAT(found(), SizeIs(3));
}

TEST_F(NearDistances, OfAnArrayThatIsHeldByADistanceAreBelieved) {
  for (int i = 0; i != 2; ++i) pair(kFar);
  const std::uintptr_t array_holder = holder();
  const std::uintptr_t array = heap_.block(800, kFar);
  TestHeap::words(array_holder)[1] = array - array_holder;
  for (int i = 0; i != 100; ++i) TestHeap::words(array)[i] = heap_.block(32) - array;
  const auto list = found();
  for (int i = 0; i != 100; ++i) {
    EXPECT_THAT(list, Contains("5+" + std::to_string(8 * i) + " -> " + std::to_string(6 + i)));
  }
}

TEST_F(NearDistances, OfTooFewInAnArrayAreNot) {
  for (int i = 0; i != 2; ++i) pair(kFar);
  const std::uintptr_t array_holder = holder();
  const std::uintptr_t array = heap_.block(800, kFar);
  TestHeap::words(array_holder)[1] = array - array_holder;
  for (int i = 0; i != 3; ++i) TestHeap::words(array)[i] = heap_.block(32) - array;
  EXPECT_THAT(found(), SizeIs(3));
}

}  // namespace
}  // namespace leak::hook
