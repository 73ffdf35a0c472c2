#include "graph/components.h"

#include <algorithm>

namespace leak::scan {

namespace {

constexpr std::uint32_t kNowhere = 0xffffffff;

// The nodes of a heap that are in the part; edges lead nowhere when they leave it.
class HeapPart {
 public:
  HeapPart(const HeapGraph& graph, const std::vector<bool>& in_part) : graph_(graph), in_part_(in_part) {}
  std::uint32_t size() const { return graph_.size(); }
  bool contains(std::uint32_t node) const { return in_part_[node]; }
  std::uint32_t first_edge(std::uint32_t node) const { return graph_.first_edge[node]; }
  std::uint32_t target(std::uint32_t edge) const {
    const NodeId to = graph_.edges[edge].to;
    return in_part_[to] ? to : kNowhere;
  }

 private:
  const HeapGraph& graph_;
  const std::vector<bool>& in_part_;
};

class WholeDigraph {
 public:
  explicit WholeDigraph(const Digraph& graph) : graph_(graph) {}
  std::uint32_t size() const { return graph_.size(); }
  bool contains(std::uint32_t) const { return true; }
  std::uint32_t first_edge(std::uint32_t node) const { return graph_.first[node]; }
  std::uint32_t target(std::uint32_t edge) const { return graph_.to[edge]; }

 private:
  const Digraph& graph_;
};

template <class Graph>
class Tarjan {
 public:
  explicit Tarjan(const Graph& graph) : graph_(graph) {
    result_.of.assign(graph.size(), kNoComponent);
    low_.assign(graph.size(), 0);
  }

  Components run() && {
    for (NodeId node = 0; node != graph_.size(); ++node) {
      if (graph_.contains(node) && low_[node] == 0) search(node);
    }
    list_members();
    return std::move(result_);
  }

 private:
  struct Visit {
    NodeId node;
    std::uint32_t edge;   // the next to look at
    std::uint32_t index;  // order of discovery, from 1
  };

  void enter(NodeId node) {
    low_[node] = ++discovered_;
    path_.push_back({node, graph_.first_edge(node), discovered_});
    open_.push_back(node);
  }

  void search(NodeId start) {
    enter(start);
    while (!path_.empty()) {
      Visit& visit = path_.back();
      if (visit.edge == graph_.first_edge(visit.node + 1)) {
        leave();
        continue;
      }
      const std::uint32_t to = graph_.target(visit.edge++);
      if (to == kNowhere) continue;
      if (low_[to] == 0) {
        enter(to);
      } else if (result_.of[to] == kNoComponent) {
        low_[visit.node] = std::min(low_[visit.node], low_[to]);
      }
    }
  }

  void leave() {
    const Visit visit = path_.back();
    path_.pop_back();
    if (low_[visit.node] == visit.index) {
      NodeId member = kNoNode;
      do {
        member = open_.back();
        open_.pop_back();
        result_.of[member] = components_;
      } while (member != visit.node);
      ++components_;
    }
    if (!path_.empty()) {
      std::uint32_t& low = low_[path_.back().node];
      low = std::min(low, low_[visit.node]);
    }
  }

  void list_members() {
    result_.first.assign(std::size_t{components_} + 1, 0);
    for (const ComponentId component : result_.of) {
      if (component != kNoComponent) ++result_.first[component + 1];
    }
    for (std::size_t i = 1; i < result_.first.size(); ++i) result_.first[i] += result_.first[i - 1];
    result_.members.resize(result_.first.back());
    std::vector<std::uint32_t> next(result_.first.begin(), result_.first.end() - 1);
    for (NodeId node = 0; node != graph_.size(); ++node) {
      const ComponentId component = result_.of[node];
      if (component != kNoComponent) result_.members[next[component]++] = node;
    }
  }

  const Graph& graph_;
  Components result_;
  std::vector<std::uint32_t> low_;  // 0: not discovered yet
  std::vector<Visit> path_;
  std::vector<NodeId> open_;  // discovered, not yet in a component
  std::uint32_t discovered_ = 0;
  std::uint32_t components_ = 0;
};

}  // namespace

Components find_components(const HeapGraph& graph, const std::vector<bool>& in_part) {
  const HeapPart part(graph, in_part);
  return Tarjan(part).run();
}

Components find_components(const Digraph& graph) {
  const WholeDigraph whole(graph);
  return Tarjan(whole).run();
}

}  // namespace leak::scan
