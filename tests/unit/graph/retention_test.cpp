#include "graph/retention.h"

#include <gtest/gtest.h>

#include "graph/reachability.h"
#include "graph/start_pointers.h"
#include "support/fake_symbolizer.h"
#include "support/graph_maker.h"

namespace leak::scan {
namespace {

using test::GraphMaker;

struct Retained {
  explicit Retained(GraphMaker& maker) : graph(maker.graph()) {
    decide_start_pointers(graph, RootSet::all(), {});
    loss = classify(graph, find_reach(graph, RootSet::all()));
    for (std::uint32_t i = 0; i != graph.roots.size(); ++i) {
      roots.names.push_back({"global", std::to_string(i), {}, {}});
      roots.of.push_back(i);
    }
  }
  Retention retention() const { return Retention(graph, roots, loss); }

  HeapGraph graph;
  Loss loss;
  NamedRoots roots;
};

TEST(Retention, GivesToEachRootWhatItAloneHolds) {
  GraphMaker maker;
  const NodeId a = maker.block(10);
  const NodeId b = maker.block(20);
  const NodeId shared = maker.block(40);
  const NodeId below = maker.block(80);
  maker.root(a);
  maker.root(b);
  maker.edge(a, shared);
  maker.edge(b, shared);
  maker.edge(shared, below);
  const Retained retained(maker);
  const Retention retention = retained.retention();
  EXPECT_EQ(retention.retained_by_root(0), (NodeTotals{1, 10}));
  EXPECT_EQ(retention.retained_by_root(1), (NodeTotals{1, 20}));
  EXPECT_EQ(retention.retained_by_node(shared), (NodeTotals{2, 120}));
  EXPECT_EQ(retention.holder(a), 0U);
  EXPECT_EQ(retention.holder(b), 1U);
  EXPECT_EQ(retention.holder(below), Retention::kShared);
}

TEST(Retention, CountsWhatALostLeaderHolds) {
  GraphMaker maker;
  const NodeId leader = maker.block(10);
  const NodeId held = maker.block(20);
  const NodeId reachable = maker.block(40);
  maker.edge(leader, held);
  maker.edge(leader, reachable, 8);
  maker.root(reachable);
  const Retained retained(maker);
  const Retention retention = retained.retention();
  EXPECT_EQ(retention.retained_by_node(leader), (NodeTotals{2, 30}));
  EXPECT_EQ(retention.retained_by_root(0), (NodeTotals{1, 40}));  // the lost pointer to it takes nothing away
  EXPECT_EQ(retention.holder(leader), Retention::kUnheld);
}

TEST(Retention, FindsTheShortestWay) {
  GraphMaker maker;
  const NodeId a = maker.block();
  const NodeId b = maker.block();
  const NodeId c = maker.block();
  const NodeId lost = maker.block();
  maker.root(a);
  maker.edge(a, b, 8);
  maker.edge(b, c, 16);
  maker.edge(a, c, 24);
  const Retained retained(maker);
  const Retention retention = retained.retention();
  const auto path = retention.path_to(c);
  ASSERT_TRUE(path);
  ASSERT_EQ(path->steps.size(), 2U);
  EXPECT_EQ(path->steps[0].node, a);
  EXPECT_EQ(path->steps[1].node, c);
  EXPECT_EQ(path->steps[1].offset, 24U);
  EXPECT_FALSE(retention.path_to(lost));
}

TEST(NamedRoots, JoinTheWordsOfOneVariable) {
  GraphMaker maker;
  for (int i = 0; i != 3; ++i) maker.root(maker.block());
  maker.root(maker.block(), 0, trace::RootKind::kStack);
  HeapGraph graph = maker.graph();
  graph.threads.push_back({7, 0, 0, 0});
  HeapHistory history;
  history.threads.push_back({ThreadId(7), "worker", 0, 0, {}, {}});
  Module module;
  module.path = "/usr/lib/libapp.so";
  module.map_start = 0x600000;
  module.map_end = 0x700000;
  history.modules.push_back(module);
  test::FakeSymbolizer symbolizer;
  symbolizer.name_data(0x600000, {"g_cache", "g_cache", "/src/server.cpp", 0, 16});
  const NamedRoots roots = name_roots(graph, RootSet::all(), history, symbolizer);
  EXPECT_EQ(roots.of, (std::vector<std::uint32_t>{0, 0, 1, 2}));
  EXPECT_EQ(text_of(roots.names[0]), "g_cache in server.cpp (libapp.so)");
  EXPECT_EQ(text_of(roots.names[1]), "data (libapp.so)");
  EXPECT_EQ(text_of(roots.names[2]), "stack of thread 7 (worker)");
  const NamedRoots some = name_roots(graph, *RootSet::named("stacks"), history, symbolizer);
  EXPECT_EQ(some.of[0], NamedRoots::kNotCounted);
  EXPECT_EQ(some.names.size(), 1U);
}

TEST(NamedRoots, NameThreadLocalVariablesOfTheProgram) {
  GraphMaker maker;
  for (int i = 0; i != 3; ++i) maker.root(maker.block(), 0, trace::RootKind::kStaticTls);
  HeapGraph graph = maker.graph();
  graph.threads.push_back({7, 0, 0, 0x9000});
  graph.roots[0].where = 0x9000 - 32;
  graph.roots[1].where = 0x9000 - 24;
  graph.roots[2].where = 0x9000 - 64;  // of a library
  HeapHistory history;
  history.process.exe = "/usr/bin/app";
  Module module;
  module.path = "/usr/bin/app";
  history.modules.push_back(module);
  test::FakeSymbolizer symbolizer;
  symbolizer.name_thread_local(32, {"t_pool", "t_pool", "/src/pool.cpp", 0, 16});
  const NamedRoots roots = name_roots(graph, RootSet::all(), history, symbolizer);
  EXPECT_EQ(roots.of, (std::vector<std::uint32_t>{0, 0, 1}));
  EXPECT_EQ(roots.names[0].kind, "tls");
  EXPECT_EQ(text_of(roots.names[0]), "t_pool of thread 7 in pool.cpp (app)");
  EXPECT_EQ(text_of(roots.names[1]), "thread-local data of thread 7");
}

}  // namespace
}  // namespace leak::scan
