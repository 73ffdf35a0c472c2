// Leaves out pointers that tell nothing new.
#pragma once

#include "scan/edge_table.h"

namespace leak::hook {

// Of the pointers from one node to far places in another (far_pointers.h), keeps those that have a hint and
// the first few of the others. False: no memory; then all stay. Requires: all sizes are known, hints are set.
bool thin_far_edges(const NodeIndex& index, EdgeTable& table) noexcept;

}  // namespace leak::hook
