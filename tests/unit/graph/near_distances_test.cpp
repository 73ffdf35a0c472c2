#include "graph/near_distances.h"

#include <gtest/gtest.h>

namespace leak::scan {
namespace {

using Edge = HeapGraphImage::Edge;

constexpr std::uint32_t kInArray = 4;  // make an array

// Blocks of 24 bytes made by the call `pc` from `caller`; each with an element of its own, near or far.
class NearDistances : public ::testing::Test {
 protected:
  void pair(bool is_near, std::uint32_t pc = 7, std::uint32_t caller = 1, std::uint64_t size = 24) {
    const std::uint64_t address = nodes_.empty() ? 0x100000 : nodes_.back().address + 0x10000;
    const auto from = static_cast<NodeId>(nodes_.size());
    nodes_.push_back(node(address, pc, caller, size));
    nodes_.push_back(node(address + (is_near ? 0x30 : 0x8000), 9, 1, 40));
    edges_.push_back({from, from + 1, 8, 0, trace::PointerForm::kSelfRelative, {}});
  }
  HeapNode node(std::uint64_t address, std::uint32_t pc, std::uint32_t caller, std::uint64_t size) {
    HeapNode made;
    made.address = address;
    made.size = size;
    made.stack = stacks_.intern(stacks_.intern(StackId{}, PcId{caller}), PcId{pc});
    return made;
  }
  std::size_t left() {
    std::vector<Edge> edges = edges_;
    drop_doubtful_distances(nodes_, stacks_, edges);
    return edges.size();
  }

  StackTable stacks_;
  std::vector<HeapNode> nodes_;
  std::vector<Edge> edges_;
};

TEST_F(NearDistances, AreDroppedByThemselves) {
  for (int i = 0; i != 8; ++i) pair(true);
  EXPECT_EQ(left(), 0U);
}

TEST_F(NearDistances, StayWhereThreeFarOnesComeFromTheSameCallWhoeverCalledIt) {
  for (std::uint32_t caller = 1; caller != 4; ++caller) pair(false, 7, caller);
  pair(true, 7, 4);
  EXPECT_EQ(left(), 4U);
}

TEST_F(NearDistances, AreDroppedWhereFarOnesAreTooFewOrOfAnotherKind) {
  for (int i = 0; i != 2; ++i) pair(false);
  for (int i = 0; i != 3; ++i) pair(false, 8);
  for (int i = 0; i != 3; ++i) pair(false, 7, 1, 32);
  pair(true);
  EXPECT_EQ(left(), 8U);
}

TEST_F(NearDistances, StayInAnArrayOfThem) {
  pair(true);
  const NodeId array = 0;
  for (std::uint32_t i = 1; i != kInArray; ++i) {
    nodes_.push_back(node(nodes_[array].address + 0x30 + 0x30 * std::uint64_t{i}, 9, 1, 40));
    edges_.push_back(
        {array, static_cast<NodeId>(nodes_.size() - 1), 8 + 8 * i, 0, trace::PointerForm::kSelfRelative, {}});
    EXPECT_EQ(left(), i + 1 < kInArray ? 0U : kInArray) << i;
  }
}

TEST_F(NearDistances, LeaveOtherEdgesAlone) {
  pair(true);
  Edge plain = edges_.front(), tagged = edges_.front();
  plain.form = trace::PointerForm::kPlain;
  tagged.form = trace::PointerForm::kHighTag;
  edges_ = {plain, tagged};
  EXPECT_EQ(left(), 2U);
}

}  // namespace
}  // namespace leak::scan
