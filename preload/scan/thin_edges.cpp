#include "scan/thin_edges.h"

namespace leak::hook {

namespace {

bool is_far(const NodeIndex& index, const EdgeTable& table, const StoredEdge& edge) noexcept {
  const std::uint64_t to_offset = table.to_offset(edge);
  return to_offset >= kFarPlace && table.hint(edge) == trace::InteriorHint::kNone &&
         to_offset + kLastBytes <= index[edge.to()].bytes;
}

}  // namespace

bool thin_far_edges(const NodeIndex& index, EdgeTable& table) noexcept {
  // Of a target: the source that was last seen to point far into it, + 1, and how often it did.
  struct Seen {
    NodeId source;
    std::uint32_t count;
  };
  if (table.first.empty() || !table.has_interior_edges()) return true;
  const std::size_t nodes = table.first.size() - 1;
  GrowingArray<Seen> seen;
  if (!seen.resize(nodes)) return false;
  StoredEdge* out = table.edges.begin();
  const StoredEdge* edge = out;
  for (std::size_t from = 0; from != nodes; ++from) {
    const NodeId source = static_cast<NodeId>(from) + 1;
    const StoredEdge* const end = table.edges.begin() + table.first[from + 1];
    table.first[from] = static_cast<std::uint32_t>(out - table.edges.begin());
    for (; edge != end; ++edge) {
      if (is_far(index, table, *edge)) {
        Seen& target = seen[edge->to()];
        if (target.source != source) target = {source, 0};
        if (target.count++ >= kMostFarPointers) continue;
      }
      *out++ = *edge;
    }
  }
  table.first[nodes] = static_cast<std::uint32_t>(out - table.edges.begin());
  table.edges.set_size(table.first[nodes]);
  return true;
}

}  // namespace leak::hook
