#include "scan/thin_edges.h"

#include "scan/far_pointers.h"

namespace leak::hook {

namespace {

bool is_far(const NodeIndex& index, const EdgeTable& table, const StoredEdge& edge) noexcept {
  return is_far_place(table.to_offset(edge), index[edge.to()].bytes) &&
         table.hint(edge) == trace::InteriorHint::kNone;
}

}  // namespace

bool thin_far_edges(const NodeIndex& index, EdgeTable& table) noexcept {
  if (table.first.empty() || !table.has_interior_edges()) return true;
  const std::size_t nodes = table.first.size() - 1;
  FarPointers far;
  if (!far.begin(nodes)) return false;
  StoredEdge* out = table.edges.begin();
  const StoredEdge* edge = out;
  for (std::size_t from = 0; from != nodes; ++from) {
    const StoredEdge* const end = table.edges.begin() + table.first[from + 1];
    table.first[from] = static_cast<std::uint32_t>(out - table.edges.begin());
    for (; edge != end; ++edge) {
      if (is_far(index, table, *edge) &&
          far.count_of(static_cast<NodeId>(from), edge->to())++ >= kMostFarPointers)
        continue;
      *out++ = *edge;
    }
  }
  table.first[nodes] = static_cast<std::uint32_t>(out - table.edges.begin());
  table.edges.set_size(table.first[nodes]);
  return true;
}

}  // namespace leak::hook
