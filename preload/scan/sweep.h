// Reads every node once and notes which node points where: the slices of a few MiB on all threads of the
// team, the edges put together in the order of addresses.
#pragma once

#include "scan/edge_table.h"
#include "scan/pointer_filter.h"
#include "scan/team.h"
#include "scan/type_names.h"

namespace leak::hook {

struct SweptBytes {
  std::uint64_t read = 0;
  std::uint64_t skipped = 0;
};

// False: no memory for all edges; what there is is consistent. All blocks' sizes are known after it.
bool sweep_nodes(const NodeIndex& index, PointerFilter filter, TypeNames& types, const MemoryMap& map,
                 Team& team, EdgeTable& table, SweptBytes& bytes) noexcept;

}  // namespace leak::hook
