// Cycles among lost nodes, told apart by what holds them together: shared pointers that own each other in a
// ring, which is the leak itself, or the links inside a container, which is merely one lost thing.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "graph/control_blocks.h"
#include "graph/heap_graph.h"
#include "graph/loss.h"

namespace leak::scan {

struct CycleEdge {
  std::uint32_t from = 0;  // index into Cycle::members
  std::uint32_t to = 0;
  std::uint32_t offset = 0;
  std::uint32_t to_offset = 0;
  bool strong = false;  // a shared pointer that owns, its control block pointer or object pointer
  bool weak = false;    // a weak pointer's
  bool cut = false;     // without the pointers so marked there is no cycle
};

struct CycleMember {
  NodeId node = kNoNode;
  std::optional<ControlBlock> counts;
};

// Cycles that look the same (types, sizes, stacks, counts, edges) are one, with their number.
struct Cycle {
  bool is_reference = false;  // else structural
  bool is_proven = false;     // all owners that the use counts tell of were found in the cycle
  bool is_source = false;     // nothing else that is lost points to it
  std::uint64_t instances = 0;
  NodeTotals all;                    // of all instances
  std::uint64_t size = 0;            // members of one
  std::vector<CycleMember> members;  // of one instance, oldest first; the first kMostMembers
  std::vector<CycleEdge> edges;      // between those
};

inline constexpr std::size_t kMostCycleMembers = 64;

// Largest (bytes of all instances) first, reference cycles before structural ones. `hint` answers for
// allocating stacks.
std::vector<Cycle> find_cycles(const HeapGraph& graph, const Loss& loss,
                               const std::function<SharedPointerHint(StackId)>& hint);

}  // namespace leak::scan
