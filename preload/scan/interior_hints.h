// A pointer into the middle of a node may be all that a program holds: of an object's second base class, of a
// string's characters. What lies at the target tells; looked at only where no pointer to the node's start
// exists.
#pragma once

#include "scan/edge_table.h"
#include "scan/root_table.h"
#include "scan/type_names.h"

namespace leak::hook {

// Sets the hints of edges and roots. False: no memory; then none are set.
bool set_interior_hints(const NodeIndex& index, const MemoryMap& map, TypeNames& types, EdgeTable& table,
                        GrowingArray<trace::GraphRoot>& roots) noexcept;

}  // namespace leak::hook
