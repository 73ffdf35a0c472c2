// What came between two graphs of one process, and who holds it.
#pragma once

#include <compare>
#include <cstdint>
#include <vector>

#include "graph/classed_graph.h"
#include "graph/retention.h"

namespace leak::scan {

// A block is another one when its address was allocated anew.
struct BlockIdentity {
  std::uint64_t address;
  std::uint64_t born_time;
  std::uint32_t born_order;
  auto operator<=>(const BlockIdentity&) const = default;
};

// In ascending order.
std::vector<BlockIdentity> identities_of(const HeapGraph& graph);

// `before`: of the graph that `from` shows.
GraphDelta compare(const std::vector<BlockIdentity>& before, const GraphView& from, const Classed& after,
                   const Retention& retention);

}  // namespace leak::scan
