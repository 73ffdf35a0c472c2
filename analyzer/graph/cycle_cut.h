// Where to cut a ring of shared pointers: the one that should have been weak.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "graph/components.h"
#include "graph/heap_graph.h"
#include "graph/shared_pointers.h"

namespace leak::scan {

// From and to are positions in a list of members.
struct CyclePointer {
  std::uint32_t from = 0;
  std::uint32_t to = 0;
  std::uint32_t edge = 0;  // index into HeapGraph::edges
  PointerRole role = PointerRole::kPlain;
};

using IsLeftOut = std::function<bool(const CyclePointer&)>;

Components components_without(const std::vector<CyclePointer>& pointers, std::uint32_t members,
                              const IsLeftOut& is_left_out);

// True when, without those, some owner still lies in a ring.
bool holds_owners(const std::vector<CyclePointer>& pointers, std::uint32_t members,
                  const IsLeftOut& is_left_out);

// Which of `pointers` to cut so that no owner is left in a ring: one shared pointer if that is enough, else
// all at one place in the source (same type or stack of the holder, same offset); the way back from a younger
// object to an older one before others. All false when no such place is enough. Requires: members by age,
// oldest first; pointers by holder and offset.
std::vector<bool> find_cut(const HeapGraph& graph, const std::vector<NodeId>& by_age,
                           const std::vector<CyclePointer>& pointers);

}  // namespace leak::scan
