#include "graph/dominators.h"

#include <gtest/gtest.h>

#include <random>

namespace leak::scan {
namespace {

constexpr std::uint32_t kUnreached = DominatorTree::kUnreached;

Digraph digraph(const std::vector<std::vector<std::uint32_t>>& successors) {
  Digraph graph;
  graph.first.push_back(0);
  for (const auto& list : successors) {
    graph.to.insert(graph.to.end(), list.begin(), list.end());
    graph.first.push_back(static_cast<std::uint32_t>(graph.to.size()));
  }
  return graph;
}

// a dominates b when b cannot be reached without a.
std::vector<bool> reached_without(const Digraph& graph, std::uint32_t entry, std::uint32_t avoided) {
  std::vector<bool> seen(graph.size());
  std::vector<std::uint32_t> queue;
  if (entry != avoided) queue.push_back(entry), seen[entry] = true;
  while (!queue.empty()) {
    const std::uint32_t from = queue.back();
    queue.pop_back();
    for (std::uint32_t i = graph.first[from]; i != graph.first[from + 1]; ++i) {
      const std::uint32_t to = graph.to[i];
      if (to == avoided || seen[to]) continue;
      seen[to] = true;
      queue.push_back(to);
    }
  }
  return seen;
}

TEST(Dominators, OfADiamond) {
  const DominatorTree tree = find_dominators(digraph({{1, 2}, {3}, {3}, {4}, {}, {4}}), 0);
  EXPECT_EQ(tree.dominator, (std::vector<std::uint32_t>{0, 0, 0, 0, 3, kUnreached}));
}

TEST(Dominators, OfALoneEntry) {
  const DominatorTree tree = find_dominators(digraph({{0}, {0}}), 0);
  EXPECT_EQ(tree.dominator, (std::vector<std::uint32_t>{0, kUnreached}));
  EXPECT_EQ(tree.order, (std::vector<std::uint32_t>{0}));
}

TEST(Dominators, AgreeWithTheDefinitionOnRandomGraphs) {
  std::mt19937 random(11);
  const auto below = [&random](std::uint32_t limit) { return static_cast<std::uint32_t>(random() % limit); };
  for (int round = 0; round != 500; ++round) {
    const std::uint32_t count = 1 + below(20);
    std::vector<std::vector<std::uint32_t>> successors(count);
    for (std::uint32_t i = below(3 * count + 1); i != 0; --i) {
      successors[below(count)].push_back(below(count));
    }
    const Digraph graph = digraph(successors);
    const std::uint32_t entry = below(count);
    const DominatorTree tree = find_dominators(graph, entry);
    const std::vector<bool> reached = reached_without(graph, entry, kUnreached);
    const auto dominates = [&](std::uint32_t a, std::uint32_t b) {
      return a == b || !reached_without(graph, entry, a)[b];
    };
    std::vector<std::uint64_t> weights(count);
    for (std::uint32_t v = 0; v != count; ++v) weights[v] = v + 1;
    const std::vector<std::uint64_t> sums = sum_over_subtrees(tree, weights);
    for (std::uint32_t v = 0; v != count; ++v) {
      if (!reached[v]) {
        EXPECT_EQ(tree.dominator[v], kUnreached);
        EXPECT_EQ(sums[v], 0U);
        continue;
      }
      std::uint64_t retained = 0;
      for (std::uint32_t w = 0; w != count; ++w) {
        if (reached[w] && dominates(v, w)) retained += weights[w];
      }
      EXPECT_EQ(sums[v], retained);
      if (v == entry) continue;
      const std::uint32_t immediate = tree.dominator[v];
      EXPECT_TRUE(immediate != v && dominates(immediate, v));
      for (std::uint32_t w = 0; w != count; ++w) {
        if (reached[w] && w != v && dominates(w, v)) {
          EXPECT_TRUE(dominates(w, immediate)) << round;
        }
      }
    }
  }
}

TEST(Dominators, OfADoublyLinkedListAsLongAsTheHeap) {
  constexpr std::uint32_t kCount = 300'000;
  std::vector<std::vector<std::uint32_t>> successors(kCount);
  for (std::uint32_t i = 0; i != kCount; ++i) {
    if (i + 1 != kCount) successors[i].push_back(i + 1);
    if (i != 0) successors[i].push_back(i - 1);
  }
  const DominatorTree tree = find_dominators(digraph(successors), 0);
  for (std::uint32_t i = 1; i != kCount; ++i) ASSERT_EQ(tree.dominator[i], i - 1);
}

}  // namespace
}  // namespace leak::scan
