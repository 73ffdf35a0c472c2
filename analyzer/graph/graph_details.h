// Everything about one graph that goes beyond its classes: types, holders and paths of its sites, cycles, what weak
// pointers keep.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "graph/classed_graph.h"
#include "graph/retention.h"

namespace leak::scan {

// Adds to `out`, whose roots are those that `retention` counts.
void find_details(const Classed& classed, const Retention& retention, StackNames& names, GraphAnalysis& out);

// The largest first, not all of many.
std::vector<Held> held_of(const std::map<std::uint32_t, NodeTotals>& by_root);

}  // namespace leak::scan
