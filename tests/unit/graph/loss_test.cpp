#include "graph/loss.h"

#include <gtest/gtest.h>

#include <random>

#include "graph/start_pointers.h"
#include "support/graph_maker.h"

namespace leak::scan {
namespace {

using test::GraphMaker;
using enum LossClass;

std::vector<LossClass> classes_of(GraphMaker& maker, const RootSet& roots = RootSet::all()) {
  HeapGraph graph = maker.graph();
  decide_start_pointers(graph, roots, {});
  return classify(graph, find_reach(graph, roots)).of;
}

TEST(Loss, FollowsChainsOfStarts) {
  GraphMaker maker;
  const NodeId a = maker.block();
  const NodeId b = maker.block();
  maker.block();
  maker.root(a);
  maker.edge(a, b, 8);
  EXPECT_EQ(classes_of(maker), (std::vector{kReachable, kReachable, kDefinite}));
}

TEST(Loss, KeepsPossibleWhatOnlyAPossibleBlockHolds) {
  GraphMaker maker;
  const NodeId a = maker.block(64);
  const NodeId b = maker.block();
  maker.root(a, 16);
  maker.edge(a, b);
  EXPECT_EQ(classes_of(maker), (std::vector{kPossible, kPossible}));
}

TEST(Loss, PrefersTheSurerOfTwoChains) {
  GraphMaker maker;
  const NodeId a = maker.block(64);
  const NodeId b = maker.block();
  maker.root(a, 16);
  maker.edge(a, b);
  maker.root(b);
  EXPECT_EQ(classes_of(maker), (std::vector{kPossible, kReachable}));
}

TEST(Loss, TellsEncodedPointersApart) {
  GraphMaker maker;
  const NodeId a = maker.block();
  const NodeId b = maker.block();
  maker.root(a).form = trace::PointerForm::kCompressed;
  maker.edge(a, b);
  EXPECT_EQ(classes_of(maker), (std::vector{kPossibleEncoded, kPossibleEncoded}));
}

TEST(Loss, CallsWhatALostBlockHoldsIndirect) {
  GraphMaker maker;
  const NodeId a = maker.block();
  const NodeId b = maker.block();
  const NodeId c = maker.block();
  maker.edge(a, b);
  maker.edge(b, c, 0, 16);  // also by pointers into the middle
  EXPECT_EQ(classes_of(maker), (std::vector{kDefinite, kIndirect, kIndirect}));
}

TEST(Loss, LeadsACycleByItsOldestBlock) {
  GraphMaker maker;
  const NodeId a = maker.block();
  const NodeId b = maker.block();
  const NodeId c = maker.block();
  maker.edge(a, b);
  maker.edge(b, a);
  maker.edge(b, c);
  maker.node(a).born_time = 900;
  EXPECT_EQ(classes_of(maker), (std::vector{kIndirect, kDefinite, kIndirect}));
}

TEST(Loss, NeverListsTheRuntimeNorWhatItHolds) {
  GraphMaker maker;
  const NodeId a = maker.block();
  const NodeId b = maker.block();
  maker.node(a).is_runtime = true;
  maker.edge(a, b);
  EXPECT_EQ(classes_of(maker), (std::vector{kRuntime, kReachable}));
}

TEST(Loss, DependsOnTheRootsAskedFor) {
  GraphMaker maker;
  maker.root(maker.block(), 0, trace::RootKind::kStack);
  maker.root(maker.block(), 0, trace::RootKind::kData);
  maker.root(maker.block(), 0, trace::RootKind::kPinned);
  EXPECT_EQ(classes_of(maker, *RootSet::named("globals")), (std::vector{kDefinite, kReachable, kReachable}));
  EXPECT_EQ(classes_of(maker, *RootSet::named("stacks,tls")),
            (std::vector{kReachable, kDefinite, kReachable}));
}

TEST(RootSet, RefusesUnknownNames) {
  EXPECT_FALSE(RootSet::named(""));
  EXPECT_FALSE(RootSet::named("globals,"));
  EXPECT_FALSE(RootSet::named("globals,stakcs"));
  EXPECT_TRUE(RootSet::named("globals,stacks,registers,tls,kernel,mappings"));
}

TEST(Loss, HoldsBlocksOfALostMappingByIt) {
  GraphMaker maker;
  const NodeId block = maker.block();
  const NodeId region = maker.mapping();
  maker.edge(region, block);
  EXPECT_EQ(classes_of(maker), (std::vector{kIndirect, kDefinite}));
}

// Against definitions taken literally, on graphs small enough for that.
TEST(Loss, AgreesWithTheDefinitionsOnRandomGraphs) {
  std::mt19937 random(7);
  const auto below = [&random](std::uint32_t limit) { return static_cast<std::uint32_t>(random() % limit); };
  for (int round = 0; round != 300; ++round) {
    GraphMaker maker;
    const NodeId count = 2 + below(14);
    for (NodeId i = 0; i != count; ++i) maker.block(64);
    for (std::uint32_t i = below(2 * count); i != 0; --i) {
      maker.edge(below(count), below(count), 8 * (below(8)), 16 * (below(3) / 2));
    }
    for (std::uint32_t i = below(3); i != 0; --i) maker.root(below(count), 16 * (below(2)));
    HeapGraph graph = maker.graph();
    decide_start_pointers(graph, RootSet::all(), {});
    const Loss loss = classify(graph, find_reach(graph, RootSet::all()));

    // closure[exact][a][b]: b can be got at from a.
    std::vector<std::vector<bool>> any(count, std::vector<bool>(count));
    std::vector<std::vector<bool>> exact = any;
    for (NodeId a = 0; a != count; ++a) {
      any[a][a] = exact[a][a] = true;
      for (const HeapEdge& edge : graph.edges_of(a)) {
        any[a][edge.to] = true;
        if (edge.starts) exact[a][edge.to] = true;
      }
    }
    for (NodeId k = 0; k != count; ++k) {
      for (NodeId a = 0; a != count; ++a) {
        for (NodeId b = 0; b != count; ++b) {
          if (any[a][k] && any[k][b]) any[a][b] = true;
          if (exact[a][k] && exact[k][b]) exact[a][b] = true;
        }
      }
    }
    std::vector<bool> reachable(count);
    std::vector<bool> held(count);
    for (const HeapRoot& root : graph.roots) {
      for (NodeId b = 0; b != count; ++b) {
        if (root.starts && exact[root.to][b]) reachable[b] = true;
        if (any[root.to][b]) held[b] = true;
      }
    }
    for (NodeId b = 0; b != count; ++b) {
      LossClass expected = reachable[b] ? kReachable : held[b] ? kPossible : kDefinite;
      for (NodeId a = 0; expected == kDefinite && a != count; ++a) {
        if (held[a] || reachable[a] || !any[a][b] || a == b) continue;
        if (!any[b][a] || a < b) expected = kIndirect;  // held from outside its cycle, or by an older member
      }
      EXPECT_EQ(loss.of[b], expected) << "round " << round << " node " << b;
    }
    for (NodeId a = 0; a != count; ++a) {
      for (NodeId b = 0; b != count; ++b) {
        if (held[a] || reachable[a] || held[b] || reachable[b]) continue;
        EXPECT_EQ(loss.lost.of[a] == loss.lost.of[b], any[a][b] && any[b][a]);
      }
    }
  }
}

TEST(Components, WalkAListAsLongAsTheHeap) {
  GraphMaker maker;
  constexpr NodeId kCount = 200'000;
  for (NodeId i = 0; i != kCount; ++i) maker.block();
  for (NodeId i = 0; i != kCount; ++i) maker.edge(i, (i + 1) % kCount);
  const HeapGraph graph = maker.graph();
  const Components components = find_components(graph, std::vector<bool>(kCount, true));
  EXPECT_EQ(components.count(), 1U);
  EXPECT_EQ(components.members_of(0).size(), kCount);
}

}  // namespace
}  // namespace leak::scan
