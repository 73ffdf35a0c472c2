#include "graph/graph_delta.h"

#include <algorithm>
#include <map>

#include "graph/graph_details.h"

namespace leak::scan {

namespace {

constexpr std::size_t kMostChanges = 200;

}  // namespace

std::vector<BlockIdentity> identities_of(const HeapGraph& graph) {
  std::vector<BlockIdentity> list;
  list.reserve(graph.nodes.size());
  for (const HeapNode& node : graph.nodes) list.push_back({node.address, node.born_time, node.born_order});
  std::sort(list.begin(), list.end());
  return list;
}

GraphDelta compare(const std::vector<BlockIdentity>& before, const GraphView& from, const Classed& after,
                   const Retention& retention) {
  struct Sums {
    NodeTotals all;
    std::map<std::uint32_t, NodeTotals> held;
  };
  std::map<StackId, Sums> sums;
  const HeapGraph& graph = after.graph;
  for (NodeId node = 0; node != graph.size(); ++node) {
    const HeapNode& one = graph.nodes[node];
    if (one.is_runtime || one.is_mapping) continue;
    const BlockIdentity identity{one.address, one.born_time, one.born_order};
    if (std::binary_search(before.begin(), before.end(), identity)) continue;
    Sums& site = sums[one.stack];
    site.all.add(one);
    const std::uint32_t holder = retention.holder(node);
    if (holder != Retention::kUnheld) site.held[holder].add(one);
  }
  GraphDelta delta{moment_of(from), moment_of(after.view), {}};
  for (const auto& [stack, site] : sums) delta.sites.push_back({stack, site.all, held_of(site.held)});
  std::stable_sort(delta.sites.begin(), delta.sites.end(), [](const SiteChange& a, const SiteChange& b) {
    return a.appeared.bytes > b.appeared.bytes;
  });
  if (delta.sites.size() > kMostChanges) delta.sites.resize(kMostChanges);
  return delta;
}

}  // namespace leak::scan
