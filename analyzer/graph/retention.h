// Who holds the heap: for each node the root whose loss would free it, what each root and each lost leader
// keeps alive, and the shortest way from a root to a node.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "graph/digraph.h"
#include "graph/heap_graph.h"
#include "graph/loss.h"
#include "graph/named_roots.h"

namespace leak::scan {

class Retention {
 public:
  // Over all that is reached from `roots`, and, apart from it, from each definitely lost node.
  Retention(const HeapGraph& graph, const NamedRoots& roots, const Loss& loss);

  // What would be freed with the node, itself included.
  NodeTotals retained_by_node(NodeId node) const { return totals_at(vertex_of(node)); }

  // What only this root (index into NamedRoots::names) holds.
  NodeTotals retained_by_root(std::uint32_t root) const { return totals_at(1 + root); }

  // The one root that holds the node; kShared when several do, kUnheld when none does.
  std::uint32_t holder(NodeId node) const { return holders_[node]; }
  static constexpr std::uint32_t kShared = 0xffffffff;
  static constexpr std::uint32_t kUnheld = 0xfffffffe;

  struct Step {
    NodeId node = kNoNode;
    std::uint32_t offset = 0;  // in the node before (in the first step: in the root) where the pointer is
  };
  struct Path {
    std::uint32_t root = 0;   // index into NamedRoots::names
    std::vector<Step> steps;  // the last one is the node itself
  };
  // The shortest; nullopt when no root leads there.
  std::optional<Path> path_to(NodeId node) const;

 private:
  std::uint32_t vertex_of(NodeId node) const { return first_node_ + node; }
  NodeTotals totals_at(std::uint32_t vertex) const { return {blocks_[vertex], bytes_[vertex]}; }
  void find_shortest_ways(const Digraph& ways);

  const HeapGraph& graph_;
  std::uint32_t first_node_;          // vertices: the origin, the roots, the nodes
  std::vector<std::uint64_t> bytes_;  // index: vertex, likewise below
  std::vector<std::uint64_t> blocks_;
  std::vector<std::uint32_t> came_from_;
  std::vector<std::uint32_t> holders_;  // index: NodeId
};

}  // namespace leak::scan
