// Leaves out pointers that tell nothing new. An allocator inside the program (an interpreter's arenas, a node
// pool) makes blocks that point hundreds of times into the middle of one another; that they do is told by a
// few.
#pragma once

#include "scan/edge_table.h"

namespace leak::hook {

// Of the pointers from one node to far places in another, keeps those that have a hint and the first
// kMostFarPointers of the others. Those to near places all stay: heads of objects, shared pointers, list
// hooks. So do those to its last bytes, which may be more than the program asked for. False: no memory; then
// all stay. Requires: all sizes are known, hints are set.
bool thin_far_edges(const NodeIndex& index, EdgeTable& table) noexcept;

inline constexpr std::uint64_t kFarPlace = 256;
inline constexpr std::uint64_t kLastBytes = 64;
inline constexpr std::uint32_t kMostFarPointers = 4;

}  // namespace leak::hook
