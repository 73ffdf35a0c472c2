#include "graph/retention.h"

#include <algorithm>

#include "graph/digraph.h"
#include "graph/dominators.h"

namespace leak::scan {

namespace {

constexpr std::uint32_t kOrigin = 0;
constexpr std::uint32_t kNowhere = 0xffffffff;

// The origin leads to the roots, to the runtime's blocks and to the leaders of what is lost; a root to what
// it points to. What lost nodes point to counts only among the lost.
class WayBuilder {
 public:
  WayBuilder(const HeapGraph& graph, const NamedRoots& roots, const Loss& loss)
      : graph_(graph),
        roots_(roots),
        loss_(loss),
        root_count_(static_cast<std::uint32_t>(roots.names.size())) {}

  Digraph build() && {
    ways_.first.assign(std::size_t{1} + root_count_ + graph_.nodes.size() + 1, 0);
    for_each_way([this](std::uint32_t from, std::uint32_t) { ++ways_.first[from + 1]; });
    for (std::size_t i = 1; i < ways_.first.size(); ++i) ways_.first[i] += ways_.first[i - 1];
    ways_.to.resize(ways_.first.back());
    std::vector<std::uint32_t> next(ways_.first.begin(), ways_.first.end() - 1);
    for_each_way([&](std::uint32_t from, std::uint32_t to) { ways_.to[next[from]++] = to; });
    return std::move(ways_);
  }

 private:
  template <class Visit>
  void for_each_way(Visit visit) const {
    const std::uint32_t first_node = 1 + root_count_;
    for (std::uint32_t root = 0; root != root_count_; ++root) visit(kOrigin, 1 + root);
    for (NodeId node = 0; node != graph_.size(); ++node) {
      if (loss_.of[node] == LossClass::kDefinite || loss_.of[node] == LossClass::kRuntime) {
        visit(kOrigin, first_node + node);
      }
    }
    for (std::size_t i = 0; i != graph_.roots.size(); ++i) {
      if (roots_.of[i] != NamedRoots::kNotCounted) visit(1 + roots_.of[i], first_node + graph_.roots[i].to);
    }
    for (NodeId node = 0; node != graph_.size(); ++node) {
      const bool among_lost = is_lost(loss_.of[node]);
      for (const HeapEdge& edge : graph_.edges_of(node)) {
        if (!among_lost || is_lost(loss_.of[edge.to])) visit(first_node + node, first_node + edge.to);
      }
    }
  }

  const HeapGraph& graph_;
  const NamedRoots& roots_;
  const Loss& loss_;
  std::uint32_t root_count_;
  Digraph ways_;
};

}  // namespace

Retention::Retention(const HeapGraph& graph, const NamedRoots& roots, const Loss& loss)
    : graph_(graph), first_node_(1 + static_cast<std::uint32_t>(roots.names.size())) {
  const Digraph ways = WayBuilder(graph, roots, loss).build();
  find_shortest_ways(ways);
  const DominatorTree tree = find_dominators(ways, kOrigin);

  std::vector<std::uint64_t> weights(ways.size(), 0);
  for (NodeId node = 0; node != graph.size(); ++node) {
    if (loss.of[node] != LossClass::kRuntime) weights[vertex_of(node)] = graph.nodes[node].size;
  }
  bytes_ = sum_over_subtrees(tree, weights);
  for (NodeId node = 0; node != graph.size(); ++node) {
    weights[vertex_of(node)] = loss.of[node] != LossClass::kRuntime ? 1 : 0;
  }
  blocks_ = sum_over_subtrees(tree, weights);

  std::vector<std::uint32_t> top(ways.size(), kUnheld);
  for (const std::uint32_t vertex : tree.order) {
    if (vertex == kOrigin) continue;
    if (vertex < first_node_) {
      top[vertex] = vertex - 1;
    } else if (tree.dominator[vertex] != kOrigin) {
      top[vertex] = top[tree.dominator[vertex]];
    } else {
      const LossClass of = loss.of[vertex - first_node_];
      top[vertex] = of == LossClass::kDefinite || of == LossClass::kRuntime ? kUnheld : kShared;
    }
  }
  holders_.assign(top.begin() + static_cast<std::ptrdiff_t>(first_node_), top.end());
}

void Retention::find_shortest_ways(const Digraph& ways) {
  came_from_.assign(ways.size(), kNowhere);
  came_from_[kOrigin] = kOrigin;
  std::vector<std::uint32_t> queue{kOrigin};
  for (std::size_t i = 0; i != queue.size(); ++i) {
    const std::uint32_t from = queue[i];
    for (std::uint32_t edge = ways.first[from]; edge != ways.first[from + 1]; ++edge) {
      const std::uint32_t to = ways.to[edge];
      if (came_from_[to] != kNowhere) continue;
      came_from_[to] = from;
      queue.push_back(to);
    }
  }
}

std::optional<Retention::Path> Retention::path_to(NodeId node) const {
  Path path;
  std::uint32_t vertex = vertex_of(node);
  while (vertex >= first_node_) {
    if (came_from_[vertex] == kNowhere || came_from_[vertex] == kOrigin) return std::nullopt;
    const NodeId here = vertex - first_node_;
    Step step{here, 0};
    vertex = came_from_[vertex];
    if (vertex >= first_node_) {
      const std::span<const HeapEdge> edges = graph_.edges_of(vertex - first_node_);
      const auto edge =
          std::find_if(edges.begin(), edges.end(), [here](const HeapEdge& one) { return one.to == here; });
      if (edge != edges.end()) step.offset = edge->from_offset;
    }
    path.steps.push_back(step);
  }
  path.root = vertex - 1;
  std::reverse(path.steps.begin(), path.steps.end());
  return path;
}

}  // namespace leak::scan
