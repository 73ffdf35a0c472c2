// Strongly connected components of a part of the graph (Tarjan), without recursion: a list of a million nodes
// is as deep as it is long.
#pragma once

#include <cstdint>
#include <vector>

#include "graph/digraph.h"
#include "graph/heap_graph.h"

namespace leak::scan {

using ComponentId = std::uint32_t;
inline constexpr ComponentId kNoComponent = 0xffffffff;

struct Components {
  std::vector<ComponentId> of;       // index: NodeId; kNoComponent: not in the part
  std::vector<std::uint32_t> first;  // one more than components: where a component's members begin, and end
  std::vector<NodeId> members;       // by component, ascending within one

  std::uint32_t count() const { return static_cast<std::uint32_t>(first.size() - 1); }
  std::span<const NodeId> members_of(ComponentId component) const {
    return {members.data() + first[component], members.data() + first[component + 1]};
  }
};

// Of the nodes that `in_part` marks and the edges between them. A component never points to one with a larger
// number.
Components find_components(const HeapGraph& graph, const std::vector<bool>& in_part);

// Of all vertices.
Components find_components(const Digraph& graph);

}  // namespace leak::scan
