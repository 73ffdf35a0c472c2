// Who would have to go for a node to go: immediate dominators (Lengauer and Tarjan, with path compression,
// O(edges * log nodes) on any graph), without recursion.
#pragma once

#include <cstdint>
#include <vector>

#include "graph/digraph.h"

namespace leak::scan {

struct DominatorTree {
  static constexpr std::uint32_t kUnreached = 0xffffffff;

  std::vector<std::uint32_t> dominator;  // index: vertex; the entry dominates itself; or kUnreached
  std::vector<std::uint32_t> order;      // reached vertices, each after its dominator
};

DominatorTree find_dominators(const Digraph& graph, std::uint32_t entry);

// For each vertex the sum of `weights` over all that it dominates, itself included; 0 where not reached.
std::vector<std::uint64_t> sum_over_subtrees(const DominatorTree& tree,
                                             const std::vector<std::uint64_t>& weights);

}  // namespace leak::scan
