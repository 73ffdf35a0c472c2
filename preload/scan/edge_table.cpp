#include "scan/edge_table.h"

#include <limits>

namespace leak::hook {

bool EdgeTable::begin(std::size_t nodes) noexcept {
  edges.reserve(2 * nodes);  // as a rule there are more
  return first.resize(nodes + 1) && first_word.resize(nodes);
}

bool EdgeTable::has_room_for(const FoundEdges& found) noexcept {
  return edges.size() + found.edges_.size() < std::numeric_limits<std::uint32_t>::max() &&
         details_.size() + found.details_.size() < StoredEdge::kMostDetails &&
         edges.reserve_more(found.edges_.size()) && details_.reserve_more(found.details_.size());
}

}  // namespace leak::hook
