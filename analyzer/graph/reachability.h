// What the program can still get at, and how surely.
#pragma once

#include <cstdint>
#include <vector>

#include "graph/heap_graph.h"
#include "graph/root_set.h"

namespace leak::scan {

enum class Reach : std::uint8_t {
  kReachable,        // by a chain of pointers to starts
  kPossible,         // at least one pointer of every chain goes into a node's middle
  kPossibleEncoded,  // ... or is not stored as a plain address
  kLost,
};

// Nodes that belong to the runtime, or that the recording does not know, count as roots: what only they hold
// cannot be blamed on anybody. Requires: decide_start_pointers() with the same roots.
std::vector<Reach> find_reach(const HeapGraph& graph, const RootSet& roots);

}  // namespace leak::scan
