// The pointers among the nodes, 8 bytes each as a rule: there are several for each block.
#pragma once

#include <cstdint>

#include "scan/node_index.h"
#include "trace_format/heap_graph.h"

namespace leak::hook {

// What an edge has that is not the same for nearly all.
struct EdgeDetails {
  std::uint64_t from_offset;
  std::uint64_t to_offset;
  trace::InteriorHint hint;
};

// An edge without its source, which the order tells.
class StoredEdge {
 public:
  NodeId to() const noexcept { return to_; }

 private:
  friend class EdgeTable;
  friend class FoundEdges;
  static constexpr std::uint32_t kHasDetails = 0x80000000;

  bool has_details() const noexcept { return (place_ & kHasDetails) != 0; }
  std::uint32_t details() const noexcept { return place_ & ~kHasDetails; }

  NodeId to_;
  std::uint32_t place_;  // the word of the source, or kHasDetails | index of the details
};

// Edges as one reader of a piece of memory met them, in order, each with its source.
class FoundEdges {
 public:
  // Room for so many more. False: no memory.
  bool reserve_more(std::size_t count) noexcept {
    return edges_.reserve_more(count) && details_.reserve_more(count);
  }
  // Requires: there is room.
  void add(NodeId from, std::uint64_t from_offset, NodeId to, std::uint64_t to_offset) noexcept {
    Found& found = edges_.begin()[edges_.size()];
    edges_.set_size(edges_.size() + 1);
    found.from = from;
    found.edge.to_ = to;
    if (to_offset == 0 && from_offset / 8 < StoredEdge::kHasDetails && from_offset % 8 == 0) [[likely]] {
      found.edge.place_ = static_cast<std::uint32_t>(from_offset / 8);
      return;
    }
    found.edge.place_ = StoredEdge::kHasDetails | static_cast<std::uint32_t>(details_.size());
    details_.push({from_offset, to_offset, trace::InteriorHint::kNone});
  }
  void clear() noexcept {
    edges_.set_size(0);
    details_.set_size(0);
  }

 private:
  friend class EdgeTable;
  struct Found {
    NodeId from;
    StoredEdge edge;
  };
  GrowingArray<Found> edges_;
  GrowingArray<EdgeDetails> details_;
};

class EdgeTable {
 public:
  GrowingArray<StoredEdge> edges;          // by source, then by place in the source
  GrowingArray<std::uint32_t> first;       // of each node, and one more: where its edges begin
  GrowingArray<std::uint64_t> first_word;  // of each node; 0 when it cannot be read

  // False: no memory.
  bool begin(std::size_t nodes) noexcept;
  // Adds those for which keep(from, to, to_offset). Requires: their sources come after all that were added
  // before, or the last goes on. False: no memory for all.
  template <class Keep>
  bool add(const FoundEdges& found, Keep&& keep) noexcept {
    if (!has_room_for(found)) return false;
    StoredEdge* out = edges.end();
    for (const FoundEdges::Found& item : found.edges_) {
      StoredEdge edge = item.edge;
      const bool has_details = edge.has_details();
      if (!keep(item.from, edge.to_, has_details ? found.details_[edge.details()].to_offset : 0)) continue;
      if (item.from >= next_source_)
        begin_edges_of(item.from, static_cast<std::uint32_t>(out - edges.begin()));
      if (has_details) {
        details_.push(found.details_[edge.details()]);
        edge.place_ = StoredEdge::kHasDetails | static_cast<std::uint32_t>(details_.size() - 1);
      }
      *out++ = edge;
    }
    edges.set_size(static_cast<std::size_t>(out - edges.begin()));
    return true;
  }
  void finish() noexcept {
    begin_edges_of(static_cast<NodeId>(first.size() - 1), static_cast<std::uint32_t>(edges.size()));
  }

  // False: all edges are to the begin of their target.
  bool has_interior_edges() const noexcept { return !details_.empty(); }

  std::uint64_t from_offset(const StoredEdge& edge) const noexcept {
    return edge.has_details() ? details_[edge.details()].from_offset : std::uint64_t{edge.place_} * 8;
  }
  std::uint64_t to_offset(const StoredEdge& edge) const noexcept {
    return edge.has_details() ? details_[edge.details()].to_offset : 0;
  }
  trace::InteriorHint hint(const StoredEdge& edge) const noexcept {
    return edge.has_details() ? details_[edge.details()].hint : trace::InteriorHint::kNone;
  }
  // Requires: to_offset(edge) is not 0.
  void set_hint(const StoredEdge& edge, trace::InteriorHint hint) noexcept {
    details_[edge.details()].hint = hint;
  }

 private:
  bool has_room_for(const FoundEdges& found) noexcept;
  // All nodes up to `source` begin, at the latest, here.
  void begin_edges_of(NodeId source, std::uint32_t here) noexcept {
    while (next_source_ <= source) first[next_source_++] = here;
  }

  GrowingArray<EdgeDetails> details_;
  NodeId next_source_ = 0;
};

}  // namespace leak::hook
