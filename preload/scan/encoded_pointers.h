// The second chance of nodes that no plain pointer reaches: is a pointer to them stored in some other form
// (trace::PointerForm)? Looks through all roots and nodes once more, for the addresses of those nodes only.
#pragma once

#include "scan/edge_table.h"
#include "scan/encoded_search.h"
#include "scan/root_table.h"
#include "scan/team.h"

namespace leak::hook {

struct EncodedFinds {
  GrowingArray<trace::GraphEdge> edges;
  GrowingArray<trace::GraphRoot> roots;
  bool partial = false;  // lost nodes lie too far apart to look for all of them
};

// False: no memory for all finds.
bool find_encoded_pointers(const NodeIndex& index, const GrowingArray<std::uint8_t>& reached,
                           const MemoryMap& map, const RootTable& roots, const EncodingFacts& facts,
                           Team& team, EncodedFinds& finds) noexcept;

}  // namespace leak::hook
