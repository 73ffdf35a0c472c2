#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/scan/test_heap.h"

namespace leak::hook {
namespace {

using test::Graph;
using test::Pages;
using test::TestHeap;
using ::testing::IsEmpty;
using trace::PointerForm;
using trace::RootKind;

volatile std::uintptr_t g_holder = 0;
alignas(8) std::uint8_t g_bytes[64];

class EncodedPointers : public ::testing::Test {
 protected:
  TestHeap heap_;

  ~EncodedPointers() override {
    g_holder = 0;
    std::memset(g_bytes, 0, sizeof(g_bytes));
  }
  // A block that a global holds, and a lost one so much further that the low half of its address is no small
  // number.
  std::uintptr_t held_ = heap_block(64);
  std::uintptr_t lost_ = heap_block(48);

  std::uintptr_t heap_block(std::size_t bytes) { return heap_.block(bytes, 1 << 17); }
  Graph scan() {
    g_holder = held_;
    return test::scan(request_);
  }
  void store(std::size_t offset, std::uint64_t value, std::size_t bytes = 8) {
    std::memcpy(reinterpret_cast<void*>(held_ + offset), &value, bytes);
  }
  void expect_one_edge(PointerForm form, std::uint64_t offset) {
    const Graph graph = scan();
    EXPECT_THAT(graph.edges, IsEmpty());
    EXPECT_EQ(graph.totals.lost_nodes, 1U);
    ASSERT_EQ(graph.encoded_edges.size(), 1U) << std::hex << held_ << " -> " << lost_;
    EXPECT_EQ(graph.encoded_edges[0].form, form);
    EXPECT_EQ(graph.encoded_edges[0].from, 0U);
    EXPECT_EQ(graph.encoded_edges[0].to, 1U);
    EXPECT_EQ(graph.encoded_edges[0].from_offset, offset);
    EXPECT_EQ(graph.contents.count(1), 1U);
  }

  ScanRequest request_ = test::request_for(heap_);
};

TEST_F(EncodedPointers, HighTag) {
  store(16, lost_ | std::uint64_t{0xfff7} << 48);
  expect_one_edge(PointerForm::kHighTag, 16);
}

TEST_F(EncodedPointers, Unaligned) {
  store(13, lost_);
  expect_one_edge(PointerForm::kUnaligned, 13);
}

TEST_F(EncodedPointers, OneCompressedIsChance) {
  store(20, lost_, 4);
  EXPECT_THAT(scan().encoded_edges, IsEmpty());
}

TEST_F(EncodedPointers, Compressed) {
  const std::uintptr_t second = heap_block(48);
  store(16, lost_, 4);
  store(20, second, 4);
  const Graph graph = scan();
  ASSERT_EQ(graph.encoded_edges.size(), 2U);
  EXPECT_EQ(graph.encoded_edges[0].form, PointerForm::kCompressed);
  EXPECT_EQ(graph.encoded_edges[0].from_offset, 16U);
  EXPECT_EQ(graph.encoded_edges[1].from_offset, 20U);
}

TEST_F(EncodedPointers, SelfRelative) {
  store(24, lost_ - (held_ + 24));
  expect_one_edge(PointerForm::kSelfRelative, 24);
}

TEST_F(EncodedPointers, RelativeToTheHolder) {
  store(24, lost_ - held_);
  expect_one_edge(PointerForm::kSelfRelative, 24);
}

TEST_F(EncodedPointers, RelativeToTheHolderOnlyNearItsBegin) {
  const std::uintptr_t holder = heap_block(1024);
  store(0, holder);
  const std::uint64_t distance = lost_ - holder;
  std::memcpy(reinterpret_cast<void*>(holder + 512), &distance, 8);
  EXPECT_THAT(scan().encoded_edges, IsEmpty());
}

TEST_F(EncodedPointers, Mangled) {
  // A thread whose control block has the guard.
  const Pages pages(1 << 16);
  std::uint64_t* const control = pages.words() + 4096;
  control[0x30 / 8] = 0x123456789abcdef1;
  ThreadContext thread;
  thread.thread_pointer = reinterpret_cast<std::uintptr_t>(control);
  request_.threads = &thread;
  request_.thread_count = 1;
  const std::uint64_t mixed = lost_ ^ control[6];
  store(32, mixed << 17 | mixed >> 47);
  expect_one_edge(PointerForm::kMangled, 32);
}

TEST_F(EncodedPointers, InRoots) {
  std::memcpy(g_bytes + 3, &lost_, 8);
  const Graph graph = scan();
  EXPECT_THAT(graph.encoded_edges, IsEmpty());
  const auto roots = graph.roots_to(1);
  ASSERT_EQ(roots.size(), 1U);
  EXPECT_EQ(roots[0].kind, RootKind::kData);
  EXPECT_EQ(roots[0].form, PointerForm::kUnaligned);
  EXPECT_EQ(roots[0].where, reinterpret_cast<std::uintptr_t>(g_bytes) + 3);
}

TEST_F(EncodedPointers, OnlyStartsCount) {
  store(13, lost_ + 8);
  store(32, (lost_ + 8) | std::uint64_t{1} << 56);
  EXPECT_THAT(scan().encoded_edges, IsEmpty());
}

TEST_F(EncodedPointers, NotWhereAPlainPointerExists) {
  store(13, lost_);
  store(32, lost_);
  const Graph graph = scan();
  EXPECT_EQ(graph.edges.size(), 1U);
  EXPECT_EQ(graph.totals.lost_nodes, 0U);
  EXPECT_THAT(graph.encoded_edges, IsEmpty());
}

TEST_F(EncodedPointers, PlainPointersAmongLostBlocksAreNoCompressedOnes) {
  TestHeap::words(lost_)[2] = held_;
  const std::uintptr_t other = heap_block(32);
  TestHeap::words(other)[0] = lost_;
  const Graph graph = scan();
  EXPECT_EQ(graph.totals.lost_nodes, 2U);
  EXPECT_THAT(graph.encoded_edges, IsEmpty());
}

TEST_F(EncodedPointers, SmallNumbersAreNoDistances) {
  store(24, 4096);
  store(32, lost_ - (held_ + 32) + 16);
  EXPECT_THAT(scan().encoded_edges, IsEmpty());
}

TEST_F(EncodedPointers, BetweenBlocksNobodyHolds) {
  // Far enough from both for a whole pointer, near enough to be read with them.
  const std::uintptr_t next = heap_.block(48, 128);
  TestHeap::words(held_)[0] = next;
  const std::uintptr_t before = next - 64;
  const std::uint64_t tagged = lost_ | std::uint64_t{0xfff7} << 48;
  std::memcpy(reinterpret_cast<void*>(before), &tagged, 8);
  const Graph graph = scan();
  EXPECT_EQ(graph.totals.lost_nodes, 1U);
  EXPECT_THAT(graph.encoded_edges, IsEmpty());
}

TEST_F(EncodedPointers, TheHolderAmongManySmallBlocksIsTheOneItLiesIn) {
  std::uintptr_t small[40];
  for (std::uintptr_t& block : small) block = heap_.block(24);
  const std::uint64_t tagged = lost_ | std::uint64_t{0x1234} << 48;
  std::memcpy(reinterpret_cast<void*>(small[33] + 16), &tagged, 8);
  const Graph graph = scan();
  ASSERT_EQ(graph.encoded_edges.size(), 1U);
  EXPECT_EQ(graph.encoded_edges[0].from, heap_.index_of(small[33]));
  EXPECT_EQ(graph.encoded_edges[0].from_offset, 16U);
  EXPECT_EQ(graph.encoded_edges[0].to, heap_.index_of(lost_));
}

TEST_F(EncodedPointers, LooksForLostBlocksFarApart) {
  constexpr std::size_t kStretch = std::size_t{4} << 30;
  TestHeap heap(4 * kStretch);
  const std::uintptr_t holder = heap.block(256);
  g_holder = holder;
  const std::uintptr_t near = heap.block(48, 1 << 17);
  const std::uintptr_t far = heap.block(48, 2 * kStretch);
  const std::uint64_t tagged[] = {near | std::uint64_t{1} << 60, far | std::uint64_t{1} << 60};
  std::memcpy(reinterpret_cast<void*>(holder + 64), tagged, sizeof(tagged));
  ScanRequest request = test::request_for(heap);
  const Graph graph = test::scan(request);
  EXPECT_EQ(graph.totals.lost_nodes, 2U);
  EXPECT_EQ(graph.totals.problems & trace::kProblemEncodedPartly, 0U);
  ASSERT_EQ(graph.encoded_edges.size(), 2U);
  for (const trace::GraphEdge& edge : graph.encoded_edges) EXPECT_EQ(edge.from, 0U);
  EXPECT_NE(graph.encoded_edges[0].to, graph.encoded_edges[1].to);
}

// No program does what this one does: make a pointer to what it has lost.
TEST_F(EncodedPointers, WhatNothingPointedToIsNotLookedForAgain) {
  KnownLost known;
  request_.known_lost = &known;
  EXPECT_THAT(scan().encoded_edges, IsEmpty());
  store(13, lost_);
  EXPECT_THAT(scan().encoded_edges, IsEmpty());
  request_.known_lost = nullptr;
  EXPECT_EQ(scan().encoded_edges.size(), 1U);
}

TEST_F(EncodedPointers, WhatIsLostLaterIsLookedFor) {
  KnownLost known;
  request_.known_lost = &known;
  EXPECT_THAT(scan().encoded_edges, IsEmpty());
  const std::uintptr_t second = heap_block(48);
  store(13, second);
  ASSERT_EQ(scan().encoded_edges.size(), 1U);
  EXPECT_EQ(scan().encoded_edges.size(), 1U);
}

TEST_F(EncodedPointers, WhatWasFoundIsLookedForAgain) {
  KnownLost known;
  request_.known_lost = &known;
  store(13, lost_);
  EXPECT_EQ(scan().encoded_edges.size(), 1U);
  EXPECT_EQ(scan().encoded_edges.size(), 1U);
}

}  // namespace
}  // namespace leak::hook
