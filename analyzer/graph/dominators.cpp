#include "graph/dominators.h"

#include <algorithm>
#include <utility>

namespace leak::scan {

namespace {

constexpr std::uint32_t kNone = DominatorTree::kUnreached;

// Works on positions in depth-first order, so that most accesses stay near each other.
class LengauerTarjan {
 public:
  LengauerTarjan(const Digraph& graph, std::uint32_t entry) : graph_(graph) {
    search(entry);
    list_predecessors();
    const std::size_t count = vertex_.size();
    semi_.resize(count);
    label_.resize(count);
    for (std::uint32_t i = 0; i != count; ++i) semi_[i] = label_[i] = i;
    ancestor_.assign(count, kNone);
    dominator_.assign(count, 0);
    bucket_.assign(count, kNone);
    next_in_bucket_.assign(count, kNone);
  }

  DominatorTree run() && {
    for (std::uint32_t w = count() - 1; w != 0; --w) {
      for (std::uint32_t i = first_predecessor_[w]; i != first_predecessor_[w + 1]; ++i) {
        semi_[w] = std::min(semi_[w], semi_[evaluate(predecessors_[i])]);
      }
      next_in_bucket_[w] = std::exchange(bucket_[semi_[w]], w);
      const std::uint32_t parent = parent_[w];
      ancestor_[w] = parent;
      for (std::uint32_t v = std::exchange(bucket_[parent], kNone); v != kNone; v = next_in_bucket_[v]) {
        const std::uint32_t u = evaluate(v);
        dominator_[v] = semi_[u] < semi_[v] ? u : parent;
      }
    }
    for (std::uint32_t w = 1; w < count(); ++w) {
      if (dominator_[w] != semi_[w]) dominator_[w] = dominator_[dominator_[w]];
    }
    DominatorTree tree;
    tree.dominator.assign(graph_.size(), kNone);
    for (std::uint32_t w = 0; w != count(); ++w) tree.dominator[vertex_[w]] = vertex_[dominator_[w]];
    tree.order = std::move(vertex_);
    return tree;
  }

 private:
  std::uint32_t count() const { return static_cast<std::uint32_t>(vertex_.size()); }

  void search(std::uint32_t entry) {
    position_.assign(graph_.size(), kNone);
    std::vector<std::pair<std::uint32_t, std::uint32_t>> path;  // vertex, its next edge
    const auto enter = [&](std::uint32_t vertex, std::uint32_t parent) {
      position_[vertex] = count();
      vertex_.push_back(vertex);
      parent_.push_back(parent);
      path.emplace_back(vertex, graph_.first[vertex]);
    };
    enter(entry, 0);
    while (!path.empty()) {
      auto& [vertex, edge] = path.back();
      if (edge == graph_.first[vertex + 1]) {
        path.pop_back();
        continue;
      }
      const std::uint32_t to = graph_.to[edge++];
      if (position_[to] == kNone) enter(to, position_[vertex]);
    }
  }

  void list_predecessors() {
    first_predecessor_.assign(vertex_.size() + 1, 0);
    const auto for_each_edge = [this](auto&& visit) {
      for (std::uint32_t from = 0; from != count(); ++from) {
        const std::uint32_t vertex = vertex_[from];
        for (std::uint32_t i = graph_.first[vertex]; i != graph_.first[vertex + 1]; ++i) {
          visit(from, position_[graph_.to[i]]);
        }
      }
    };
    for_each_edge([this](std::uint32_t, std::uint32_t to) { ++first_predecessor_[to + 1]; });
    for (std::size_t i = 1; i < first_predecessor_.size(); ++i) {
      first_predecessor_[i] += first_predecessor_[i - 1];
    }
    predecessors_.resize(first_predecessor_.back());
    std::vector<std::uint32_t> next(first_predecessor_.begin(), first_predecessor_.end() - 1);
    for_each_edge([&](std::uint32_t from, std::uint32_t to) { predecessors_[next[to]++] = from; });
  }

  // The vertex with the smallest semidominator on the path from v up to, without, the root of its tree in
  // the forest built so far; shortens that path on the way.
  std::uint32_t evaluate(std::uint32_t v) {
    if (ancestor_[v] == kNone) return v;
    chain_.clear();
    for (std::uint32_t u = v; ancestor_[ancestor_[u]] != kNone; u = ancestor_[u]) chain_.push_back(u);
    while (!chain_.empty()) {
      const std::uint32_t u = chain_.back();
      chain_.pop_back();
      const std::uint32_t above = ancestor_[u];
      if (semi_[label_[above]] < semi_[label_[u]]) label_[u] = label_[above];
      ancestor_[u] = ancestor_[above];
    }
    return label_[v];
  }

  const Digraph& graph_;
  std::vector<std::uint32_t> position_;  // index: vertex
  std::vector<std::uint32_t> vertex_;    // index: position, likewise below
  std::vector<std::uint32_t> parent_;
  std::vector<std::uint32_t> first_predecessor_;
  std::vector<std::uint32_t> predecessors_;
  std::vector<std::uint32_t> semi_;
  std::vector<std::uint32_t> label_;
  std::vector<std::uint32_t> ancestor_;
  std::vector<std::uint32_t> dominator_;
  std::vector<std::uint32_t> bucket_;
  std::vector<std::uint32_t> next_in_bucket_;
  std::vector<std::uint32_t> chain_;
};

}  // namespace

DominatorTree find_dominators(const Digraph& graph, std::uint32_t entry) {
  return LengauerTarjan(graph, entry).run();
}

std::vector<std::uint64_t> sum_over_subtrees(const DominatorTree& tree,
                                             const std::vector<std::uint64_t>& weights) {
  std::vector<std::uint64_t> sums(weights.size(), 0);
  for (const std::uint32_t vertex : tree.order) sums[vertex] = weights[vertex];
  for (std::size_t i = tree.order.size(); i-- > 1;) {
    sums[tree.dominator[tree.order[i]]] += sums[tree.order[i]];
  }
  return sums;
}

}  // namespace leak::scan
