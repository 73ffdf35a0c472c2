#include "graph/loss.h"

namespace leak::scan {

namespace {

LossClass class_of(const HeapNode& node, Reach reach) {
  if (node.is_runtime) return LossClass::kRuntime;
  switch (reach) {
    case Reach::kReachable:
      return LossClass::kReachable;
    case Reach::kPossible:
      return LossClass::kPossible;
    case Reach::kPossibleEncoded:
      return LossClass::kPossibleEncoded;
    case Reach::kLost:
      break;
  }
  return LossClass::kIndirect;
}

std::vector<bool> find_sources(const HeapGraph& graph, const Components& lost) {
  std::vector<bool> is_source(lost.count(), true);
  for (const NodeId from : lost.members) {
    for (const HeapEdge& edge : graph.edges_of(from)) {
      const ComponentId to = lost.of[edge.to];
      if (to != kNoComponent && to != lost.of[from]) is_source[to] = false;
    }
  }
  return is_source;
}

}  // namespace

Loss classify(const HeapGraph& graph, const std::vector<Reach>& reach) {
  Loss loss;
  loss.of.reserve(graph.nodes.size());
  std::vector<bool> is_lost(graph.nodes.size());
  for (NodeId node = 0; node != graph.size(); ++node) {
    is_lost[node] = reach[node] == Reach::kLost;
    loss.of.push_back(class_of(graph.nodes[node], reach[node]));
  }
  loss.lost = find_components(graph, is_lost);
  loss.is_source = find_sources(graph, loss.lost);
  for (ComponentId component = 0; component != loss.lost.count(); ++component) {
    if (!loss.is_source[component]) continue;
    const std::span<const NodeId> members = loss.lost.members_of(component);
    NodeId oldest = members.front();
    for (const NodeId member : members) {
      if (is_older(graph.nodes[member], graph.nodes[oldest])) oldest = member;
    }
    loss.of[oldest] = LossClass::kDefinite;
  }
  return loss;
}

}  // namespace leak::scan
