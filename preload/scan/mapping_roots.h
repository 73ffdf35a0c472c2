// Roots in memory that belongs to no thread: data of the program's files, and anonymous memory that nobody
// told us of.
#pragma once

#include "scan/module_list.h"
#include "scan/root_table.h"

namespace leak::hook {

void add_module_roots(const MemoryMap& map, const GrowingArray<Module>& modules, RootTable& roots) noexcept;

// Anonymous memory without the nodes, the threads' stacks, and what holds blocks (that is the allocator's).
void add_untraced_roots(const MemoryMap& map, const GrowingArray<Module>& modules, const NodeIndex& index,
                        RootTable& roots) noexcept;

}  // namespace leak::hook
