// Reads every node once, in the order of addresses, and notes which node points where.
#pragma once

#include <cstdint>

#include "scan/node_index.h"
#include "scan/pointer_filter.h"
#include "scan/type_names.h"
#include "trace_format/heap_graph.h"

namespace leak::hook {

// What an edge has that is not the same for nearly all.
struct EdgeDetails {
  std::uint64_t from_offset;
  std::uint64_t to_offset;
  trace::InteriorHint hint;
};

// An edge without its source, which the order tells. 8 bytes: there are several for each block.
class StoredEdge {
 public:
  NodeId to() const noexcept { return to_; }

 private:
  friend class EdgeTable;
  StoredEdge(NodeId to, std::uint32_t place) noexcept : to_(to), place_(place) {}

  NodeId to_;
  std::uint32_t place_;  // the word of the source, or kHasDetails | index of the details
};

class EdgeTable {
 public:
  GrowingArray<StoredEdge> edges;          // by source, then by place in the source
  GrowingArray<std::uint32_t> first;       // of each node, and one more: where its edges begin
  GrowingArray<std::uint64_t> first_word;  // of each node; 0 when it cannot be read

  // Room for so many more edges. False: no memory.
  bool reserve_more(std::size_t count) noexcept {
    return details_.size() + count < kHasDetails && edges.reserve_more(count) && details_.reserve_more(count);
  }
  // Requires: there is room for one more in `details`.
  StoredEdge make(std::uint64_t from_offset, NodeId to, std::uint64_t to_offset) noexcept {
    if (to_offset == 0 && from_offset / 8 < kHasDetails && from_offset % 8 == 0) [[likely]]
      return {to, static_cast<std::uint32_t>(from_offset / 8)};
    details_.push({from_offset, to_offset, trace::InteriorHint::kNone});
    return {to, kHasDetails | static_cast<std::uint32_t>(details_.size() - 1)};
  }

  std::uint64_t from_offset(const StoredEdge& edge) const noexcept {
    return has_details(edge) ? details_of(edge).from_offset : std::uint64_t{edge.place_} * 8;
  }
  std::uint64_t to_offset(const StoredEdge& edge) const noexcept {
    return has_details(edge) ? details_of(edge).to_offset : 0;
  }
  trace::InteriorHint hint(const StoredEdge& edge) const noexcept {
    return has_details(edge) ? details_of(edge).hint : trace::InteriorHint::kNone;
  }
  // Requires: to_offset(edge) is not 0.
  void set_hint(const StoredEdge& edge, trace::InteriorHint hint) noexcept {
    details_[edge.place_ & ~kHasDetails].hint = hint;
  }

 private:
  static constexpr std::uint32_t kHasDetails = 0x80000000;

  static bool has_details(const StoredEdge& edge) noexcept { return (edge.place_ & kHasDetails) != 0; }
  const EdgeDetails& details_of(const StoredEdge& edge) const noexcept {
    return details_[edge.place_ & ~kHasDetails];
  }

  GrowingArray<EdgeDetails> details_;
};

// False: no memory for all edges; what there is is consistent. All blocks' sizes are known after it.
bool sweep_nodes(NodeIndex& index, PointerFilter filter, TypeNames& types, ReadableWalk& walk,
                 EdgeTable& table) noexcept;

}  // namespace leak::hook
