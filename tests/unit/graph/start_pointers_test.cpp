#include "graph/start_pointers.h"

#include <gtest/gtest.h>

#include "support/graph_maker.h"

namespace leak::scan {
namespace {

using test::GraphMaker;

// Whether the only root of `maker` counts as a pointer to a start.
bool root_starts(GraphMaker& maker, StartRules rules = {}) {
  HeapGraph graph = maker.graph();
  decide_start_pointers(graph, RootSet::all(), rules);
  return graph.roots.front().starts;
}

TEST(StartPointers, TakeExactAndTaggedOnesButNoOthers) {
  for (const auto& [offset, expected] :
       std::map<std::uint32_t, bool>{{0, true}, {1, true}, {7, true}, {8, false}, {16, false}, {31, false}}) {
    GraphMaker maker;
    maker.root(maker.block(), offset);
    EXPECT_EQ(root_starts(maker), expected) << offset;
  }
}

TEST(StartPointers, NeverTakeEncodedOnes) {
  GraphMaker maker;
  maker.root(maker.block()).form = trace::PointerForm::kHighTag;
  EXPECT_FALSE(root_starts(maker));
}

TEST(StartPointers, TakeWhatStandsBehindALengthOrAnElementCount) {
  GraphMaker length;
  length.node(length.block(100)).first_word = 92;
  length.root(0, 8);
  EXPECT_TRUE(root_starts(length));

  GraphMaker count;
  count.node(count.block(8 + 3 * 24)).first_word = 3;
  count.root(0, 8);
  EXPECT_TRUE(root_starts(count));

  GraphMaker neither;
  neither.node(neither.block(8 + 3 * 24)).first_word = 5;
  neither.root(0, 8);
  EXPECT_FALSE(root_starts(neither));
}

TEST(StartPointers, TakeSecondBasesAndCopyOnWriteStrings) {
  GraphMaker base;
  base.root(base.block(64), 16).hint = trace::InteriorHint::kVtable;
  EXPECT_TRUE(root_starts(base));
  GraphMaker string;
  string.root(string.block(64), 24).hint = trace::InteriorHint::kCowString;
  EXPECT_TRUE(root_starts(string));
}

TEST(StartPointers, TakeAnyPlaceOfAMapping) {
  GraphMaker maker;
  maker.root(maker.mapping(), 1000);
  EXPECT_TRUE(root_starts(maker));
}

TEST(StartPointers, LearnTheOffsetByWhichASiteIsHeld) {
  GraphMaker maker;
  for (int i = 0; i != 10; ++i) maker.root(maker.block(64, 5), 24);
  EXPECT_TRUE(root_starts(maker));
}

TEST(StartPointers, LearnNothingFromFewBlocksOrMixedOffsets) {
  GraphMaker few;
  for (int i = 0; i != 9; ++i) few.root(few.block(64, 5), 24);
  EXPECT_FALSE(root_starts(few));

  GraphMaker mixed;
  for (int i = 0; i != 10; ++i) mixed.root(mixed.block(64, 5), i < 8 ? 24 : 32);
  EXPECT_FALSE(root_starts(mixed));
}

TEST(StartPointers, DoNotTakeTheEndOfAVectorForTheNextBlock) {
  GraphMaker maker;
  const NodeId holder = maker.block();
  const NodeId storage = maker.block(0x100);  // ends where `next` starts
  const NodeId next = maker.block();
  maker.edge(holder, storage, 0);
  maker.edge(holder, next, 8);
  maker.edge(holder, next, 16);
  HeapGraph graph = maker.graph();
  decide_start_pointers(graph, RootSet::all(), {true});
  EXPECT_TRUE(graph.edges[0].starts);
  EXPECT_FALSE(graph.edges[1].starts);
  EXPECT_FALSE(graph.edges[2].starts);
  decide_start_pointers(graph, RootSet::all(), {false});
  EXPECT_TRUE(graph.edges[2].starts);
}

TEST(StartPointers, TakeAnArrayOfTouchingBlocksForWhatItIs) {
  GraphMaker maker;
  const NodeId holder = maker.block();
  for (std::uint32_t i = 0; i != 3; ++i) maker.edge(holder, maker.block(0x100), 8 * i);
  HeapGraph graph = maker.graph();
  decide_start_pointers(graph, RootSet::all(), {true});
  for (const HeapEdge& edge : graph.edges) EXPECT_TRUE(edge.starts);
}

TEST(StartPointers, KnowAVectorInAGlobal) {
  GraphMaker maker;
  const NodeId storage = maker.block(0x100);
  const NodeId next = maker.block();
  maker.root(storage);
  maker.root(next);  // end
  maker.root(next);  // capacity
  HeapGraph graph = maker.graph();
  decide_start_pointers(graph, RootSet::all(), {true});
  EXPECT_TRUE(graph.roots[0].starts);
  EXPECT_FALSE(graph.roots[1].starts);
  EXPECT_FALSE(graph.roots[2].starts);
}

// An object 24 bytes into its block, its class, the class's type, and the description of the type.
GraphMaker object_with_class(bool leads_back) {
  GraphMaker maker;
  const NodeId object = maker.block(64);
  const NodeId klass = maker.block(128);
  const NodeId type = maker.block(96);
  const NodeId description = maker.block(80);
  maker.edge(object, klass, 24);
  maker.edge(klass, type);
  maker.edge(type, description, 40);
  if (leads_back) maker.edge(description, klass, 56);
  maker.root(object, 24);
  return maker;
}

TEST(StartPointers, TakeObjectsOfAClassThatIsAnObjectToo) {
  GraphMaker object = object_with_class(true);
  EXPECT_TRUE(root_starts(object));
  GraphMaker no_class = object_with_class(false);
  EXPECT_FALSE(root_starts(no_class));
  GraphMaker elsewhere = object_with_class(true);
  elsewhere.root(0, 32);
  HeapGraph graph = elsewhere.graph();
  decide_start_pointers(graph, RootSet::all(), {});
  EXPECT_FALSE(graph.roots.back().starts);
}

}  // namespace
}  // namespace leak::scan
