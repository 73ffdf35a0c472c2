#include "graph/cycles.h"

#include <gtest/gtest.h>

#include "graph/start_pointers.h"
#include "support/graph_maker.h"

namespace leak::scan {
namespace {

using test::GraphMaker;

constexpr const char* kSharedNode = "St23_Sp_counted_ptr_inplaceI4NodeSaIvELN9__gnu_cxx12_Lock_policyE2EE";
constexpr const char* kSharedParent = "St15_Sp_counted_ptrIP6ParentLN9__gnu_cxx12_Lock_policyE2EE";

std::vector<Cycle> cycles_of(GraphMaker& maker, SharedPointerHint hint = SharedPointerHint::kNone) {
  HeapGraph graph = maker.graph();
  decide_start_pointers(graph, RootSet::all(), {});
  const Loss loss = classify(graph, find_reach(graph, RootSet::all()));
  return find_cycles(graph, loss, [hint](StackId) { return hint; });
}

// A make_shared<Node> with its counts.
NodeId shared_node(GraphMaker& maker, std::uint32_t use, std::uint32_t weak, std::uint64_t size = 96,
                   std::uint32_t stack = 1) {
  const NodeId node = maker.block(size, stack);
  maker.type(node, kSharedNode);
  maker.counts(node, use, weak);
  return node;
}

// A shared_ptr or weak_ptr to what make_shared made.
void pointer(GraphMaker& maker, NodeId from, std::uint32_t offset, NodeId to) {
  maker.edge(from, to, offset, 16);
  maker.edge(from, to, offset + 8);
}

TEST(Cycles, FoldThoseThatLookTheSame) {
  GraphMaker maker;
  for (int i = 0; i != 100; ++i) {
    const NodeId a = shared_node(maker, 1, 1, 96, 1);
    const NodeId b = shared_node(maker, 1, 1, 96, 2);
    pointer(maker, a, 24, b);
    pointer(maker, b, 24, a);
  }
  const std::vector<Cycle> cycles = cycles_of(maker);
  ASSERT_EQ(cycles.size(), 1U);
  const Cycle& cycle = cycles[0];
  EXPECT_TRUE(cycle.is_reference);
  EXPECT_TRUE(cycle.is_proven);
  EXPECT_TRUE(cycle.is_source);
  EXPECT_EQ(cycle.instances, 100U);
  EXPECT_EQ(cycle.all, (NodeTotals{200, 19'200}));
  ASSERT_EQ(cycle.members.size(), 2U);
  EXPECT_EQ(cycle.members[0].counts->use, 1U);
  EXPECT_EQ(cycle.members[0].counts->weak, 1U);
  // The way back, from the younger to the older, is to be cut: both words of that shared_ptr.
  for (const CycleEdge& edge : cycle.edges) {
    EXPECT_TRUE(edge.strong);
    EXPECT_EQ(edge.cut, edge.from == 1);
  }
}

// shared_ptr<Parent>(new Parent), a vector of make_shared<Child>, each with a shared_ptr back.
TEST(Cycles, CutAllPointersOfOnePlaceWhereOneIsNotEnough) {
  GraphMaker maker;
  const NodeId parent = maker.block(32, 1);
  const NodeId control = maker.block(24, 2);
  maker.type(control, kSharedParent);
  maker.counts(control, 3, 1);
  maker.edge(control, parent, 16);
  const NodeId storage = maker.block(48, 3);
  maker.edge(parent, storage, 8);
  for (std::uint32_t i = 0; i != 3; ++i) {
    const NodeId child = shared_node(maker, 1, 1, 80, 4);
    pointer(maker, storage, 16 * i, child);
    maker.edge(child, parent, 32);
    maker.edge(child, control, 40);
  }
  const std::vector<Cycle> cycles = cycles_of(maker);
  ASSERT_EQ(cycles.size(), 1U);
  EXPECT_TRUE(cycles[0].is_reference);
  EXPECT_TRUE(cycles[0].is_proven);
  EXPECT_EQ(cycles[0].size, 6U);
  EXPECT_EQ(cycles[0].members[0].node, parent);
  int cut = 0;
  for (const CycleEdge& edge : cycles[0].edges) {
    if (!edge.cut) continue;
    ++cut;
    EXPECT_TRUE(edge.offset == 32 || edge.offset == 40);
  }
  EXPECT_EQ(cut, 6);
}

// A list of shared objects, linked both ways; its first node was made elsewhere.
TEST(Cycles, CutTheWayBackOfAListWhereverItsNodesWereMade) {
  GraphMaker maker;
  constexpr NodeId kNodes = 5;
  for (NodeId i = 0; i != kNodes; ++i) {
    shared_node(maker, i == 0 || i + 1 == kNodes ? 1 : 2, 1, 96, i == 0 ? 1 : 2);
  }
  for (NodeId i = 0; i + 1 != kNodes; ++i) {
    pointer(maker, i, 24, i + 1);
    pointer(maker, i + 1, 40, i);
  }
  const std::vector<Cycle> cycles = cycles_of(maker);
  ASSERT_EQ(cycles.size(), 1U);
  for (const CycleEdge& edge : cycles[0].edges) EXPECT_EQ(edge.cut, edge.from > edge.to);
}

TEST(Cycles, AreNotClosedByWeakPointers) {
  // A leaked shared_ptr (in `holder`) to a parent, whose child points back by a weak_ptr.
  GraphMaker maker;
  const NodeId holder = maker.block(16);
  const NodeId parent = shared_node(maker, 1, 2);
  const NodeId child = shared_node(maker, 1, 1);
  pointer(maker, holder, 0, parent);
  pointer(maker, parent, 24, child);
  pointer(maker, child, 24, parent);
  EXPECT_TRUE(cycles_of(maker).empty());
}

TEST(Cycles, ClosedBesideTheObjectsWeakPointerToItself) {
  // enable_shared_from_this: two pointers to the block, one owner, one weak, the object's own.
  GraphMaker maker;
  const NodeId object = maker.block(64, 1);
  const NodeId control = maker.block(24, 2);
  maker.type(control, kSharedParent);
  maker.counts(control, 1, 2);
  maker.edge(control, object, 16);
  maker.edge(object, object, 0);
  maker.edge(object, control, 8);
  const NodeId lambda = maker.block(16, 3);
  maker.edge(object, lambda, 32);
  maker.edge(lambda, object, 0);
  maker.edge(lambda, control, 8);
  const std::vector<Cycle> cycles = cycles_of(maker);
  ASSERT_EQ(cycles.size(), 1U);
  EXPECT_TRUE(cycles[0].is_proven);
  for (const CycleEdge& edge : cycles[0].edges) {
    EXPECT_EQ(edge.weak, edge.from == 0 && edge.offset <= 8);
    EXPECT_EQ(edge.cut, edge.from == 2);
  }
}

TEST(Cycles, OfOneObjectThatOwnsItself) {
  GraphMaker maker;
  const NodeId node = shared_node(maker, 1, 1);
  pointer(maker, node, 24, node);
  const std::vector<Cycle> cycles = cycles_of(maker);
  ASSERT_EQ(cycles.size(), 1U);
  EXPECT_TRUE(cycles[0].is_reference);
  EXPECT_EQ(cycles[0].size, 1U);
}

TEST(Cycles, AreUnprovenWhenAnOwnerIsMissing) {
  GraphMaker maker;
  const NodeId a = shared_node(maker, 2, 1);
  const NodeId b = shared_node(maker, 1, 1);
  pointer(maker, a, 24, b);
  pointer(maker, b, 24, a);
  const std::vector<Cycle> cycles = cycles_of(maker);
  ASSERT_EQ(cycles.size(), 1U);
  EXPECT_TRUE(cycles[0].is_reference);
  EXPECT_FALSE(cycles[0].is_proven);
}

TEST(Cycles, OfContainersAreStructural) {
  GraphMaker maker;
  for (int i = 0; i != 3; ++i) {
    const NodeId head = maker.block(24, 1);
    const NodeId a = maker.block(24, 2);
    maker.edge(head, a, 0);
    maker.edge(a, head, 8);
  }
  const std::vector<Cycle> cycles = cycles_of(maker);
  ASSERT_EQ(cycles.size(), 1U);
  EXPECT_FALSE(cycles[0].is_reference);
  EXPECT_EQ(cycles[0].instances, 3U);
}

TEST(Cycles, AreStructuralWhereAPlainBackPointerClosesThem) {
  // new Parent, dropped; it owns a child by shared_ptr, which points back by a plain pointer.
  GraphMaker maker;
  const NodeId parent = maker.block(32, 1);
  const NodeId child = shared_node(maker, 1, 1);
  pointer(maker, parent, 0, child);
  maker.edge(child, parent, 24);
  const std::vector<Cycle> cycles = cycles_of(maker);
  ASSERT_EQ(cycles.size(), 1U);
  EXPECT_FALSE(cycles[0].is_reference);
}

TEST(Cycles, OfSelfPointersOfStringsAreNone) {
  GraphMaker maker;
  const NodeId string = maker.block(32);
  maker.edge(string, string, 0, 16);
  EXPECT_TRUE(cycles_of(maker).empty());
}

TEST(Cycles, OfRustReferenceCounts) {
  GraphMaker maker;
  for (int i = 0; i != 2; ++i) {
    const NodeId node = maker.block(32, 1);
    HeapContent content;
    content.size = 16;
    content.bytes[0] = 1;  // strong
    content.bytes[8] = 1;  // weak, the owners' own
    maker.content(node, content);
  }
  maker.edge(0, 1, 16);
  maker.edge(1, 0, 16);
  EXPECT_FALSE(cycles_of(maker)[0].is_reference);
  const std::vector<Cycle> cycles = cycles_of(maker, SharedPointerHint::kRust);
  ASSERT_EQ(cycles.size(), 1U);
  EXPECT_TRUE(cycles[0].is_proven);
}

TEST(Cycles, HoldTogetherInAMillionLinks) {
  GraphMaker maker;
  constexpr NodeId kCount = 100'000;
  for (NodeId i = 0; i != kCount; ++i) maker.block(24);
  for (NodeId i = 0; i != kCount; ++i) {
    maker.edge(i, (i + 1) % kCount, 0);
    maker.edge(i, (i + kCount - 1) % kCount, 8);
  }
  const std::vector<Cycle> cycles = cycles_of(maker);
  ASSERT_EQ(cycles.size(), 1U);
  EXPECT_EQ(cycles[0].size, kCount);
  EXPECT_EQ(cycles[0].members.size(), kMostCycleMembers);
}

TEST(ControlBlocks, ReadTheCountsOfEachLibrary) {
  const auto counts = [](const char* type, std::vector<std::pair<std::size_t, std::uint8_t>> bytes,
                         SharedPointerHint hint = SharedPointerHint::kNone) {
    GraphMaker maker;
    const NodeId node = maker.block(64);
    if (type != nullptr) maker.type(node, type);
    HeapContent content;
    content.size = trace::kGraphContentBytes;
    for (const auto& [at, value] : bytes) content.bytes[at] = value;
    maker.content(node, content);
    return control_block_of(maker.graph(), node, hint);
  };
  const auto libstdcpp = counts(kSharedNode, {{8, 2}, {12, 3}});
  EXPECT_EQ(libstdcpp->use, 2U);
  EXPECT_EQ(libstdcpp->weak_only, 2U);
  EXPECT_TRUE(libstdcpp->holds_object);
  const auto libcpp = counts("NSt3__120__shared_ptr_emplaceI4NodeNS_9allocatorIS1_EEEE", {{8, 1}, {16, 1}});
  EXPECT_EQ(libcpp->use, 2U);
  EXPECT_EQ(libcpp->weak_only, 1U);
  const auto boost = counts("N5boost6detail17sp_counted_impl_pI4NodeEE", {{8, 1}, {12, 1}});
  EXPECT_EQ(boost->use, 1U);
  EXPECT_EQ(boost->weak_only, 0U);
  const auto qt = counts(nullptr, {{0, 3}, {4, 2}}, SharedPointerHint::kQt);
  EXPECT_EQ(qt->use, 2U);
  EXPECT_EQ(qt->weak_only, 1U);
  EXPECT_FALSE(counts("4Node", {{8, 1}, {12, 1}}));
  EXPECT_FALSE(counts("St6vectorISt23_Sp_counted_ptr_inplaceI4NodeEE", {{8, 1}, {12, 1}}));
  EXPECT_FALSE(counts(kSharedNode, {{8, 1}}));  // an owner without the weak count that it holds
}

}  // namespace
}  // namespace leak::scan
