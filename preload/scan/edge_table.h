// The pointers among the nodes, 8 bytes each as a rule: there are several for each block.
#pragma once

#include <cstdint>

#include "scan/node_index.h"
#include "trace_format/heap_graph.h"

namespace leak::hook {

// What an edge has whose places do not fit into it.
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
  // The place is the source's word, of a pointer to the target's begin. Of others: kNear, the hint, the
  // target's word and the source's; where these do not fit, kDetailed and the index of the details.
  static constexpr std::uint32_t kNear = std::uint32_t{1} << 31;
  static constexpr std::uint32_t kDetailed = kNear | std::uint32_t{1} << 30;
  static constexpr unsigned kWordBits = 14;
  static constexpr std::uint32_t kWordMask = (std::uint32_t{1} << kWordBits) - 1;
  static constexpr unsigned kHintShift = 2 * kWordBits;
  static constexpr std::uint32_t kHintMask = std::uint32_t{3} << kHintShift;
  static_assert((kDetailed | kHintMask | kWordMask << kWordBits | kWordMask) == ~std::uint32_t{0});
  static_assert(static_cast<std::uint32_t>(trace::InteriorHint::kCowString) <= 3);

  // False: there is no such place.
  bool set_place(std::uint64_t from_offset, std::uint64_t to_offset) noexcept {
    if (((from_offset | to_offset) & 7) != 0) return false;
    const std::uint64_t from = from_offset / 8, to = to_offset / 8;
    place_ = static_cast<std::uint32_t>(from);
    if (to == 0) [[likely]]
      return from < kNear;
    place_ |= kNear | static_cast<std::uint32_t>(to) << kWordBits;
    return (from | to) <= kWordMask;
  }
  static constexpr std::size_t kMostDetails = ~kDetailed;
  void set_details(std::size_t index) noexcept { place_ = kDetailed | static_cast<std::uint32_t>(index); }

  bool is_near() const noexcept { return (place_ & kDetailed) == kNear; }
  bool has_details() const noexcept { return place_ >= kDetailed; }
  std::uint32_t details() const noexcept { return place_ & ~kDetailed; }
  std::uint64_t from_offset() const noexcept {
    return std::uint64_t{is_near() ? place_ & kWordMask : place_} * 8;
  }
  std::uint64_t to_offset() const noexcept {
    return is_near() ? std::uint64_t{place_ >> kWordBits & kWordMask} * 8 : 0;
  }
  trace::InteriorHint hint() const noexcept {
    return is_near() ? static_cast<trace::InteriorHint>((place_ & kHintMask) >> kHintShift)
                     : trace::InteriorHint::kNone;
  }
  void set_hint(trace::InteriorHint hint) noexcept {
    place_ = (place_ & ~kHintMask) | static_cast<std::uint32_t>(hint) << kHintShift;
  }

  NodeId to_;
  std::uint32_t place_;
};

// Edges as one reader of a piece of memory met them, in order, each with its source.
class FoundEdges {
 public:
  // Starts anew, with room for so many if there is memory.
  void begin(std::size_t count) noexcept {
    edges_.set_size(0);
    details_.set_size(0);
    edges_.reserve(count);
  }
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
    if (found.edge.set_place(from_offset, to_offset)) [[likely]]
      return;
    found.edge.set_details(details_.size());
    details_.push({from_offset, to_offset, trace::InteriorHint::kNone});
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
    std::uint64_t offsets = 0;
    for (const FoundEdges::Found& item : found.edges_) {
      StoredEdge edge = item.edge;
      const bool has_details = edge.has_details();
      const std::uint64_t to_offset =
          has_details ? found.details_[edge.details()].to_offset : edge.to_offset();
      if (!keep(item.from, edge.to_, to_offset)) continue;
      offsets |= to_offset;
      if (item.from >= next_source_)
        begin_edges_of(item.from, static_cast<std::uint32_t>(out - edges.begin()));
      if (has_details) {
        edge.set_details(details_.size());
        details_.push(found.details_[item.edge.details()]);
      }
      *out++ = edge;
    }
    edges.set_size(static_cast<std::size_t>(out - edges.begin()));
    has_interior_edges_ = has_interior_edges_ || offsets != 0;
    return true;
  }
  void finish() noexcept {
    begin_edges_of(static_cast<NodeId>(first.size() - 1), static_cast<std::uint32_t>(edges.size()));
  }

  // False: all edges are to the begin of their target.
  bool has_interior_edges() const noexcept { return has_interior_edges_; }

  std::uint64_t from_offset(const StoredEdge& edge) const noexcept {
    return edge.has_details() ? details_[edge.details()].from_offset : edge.from_offset();
  }
  std::uint64_t to_offset(const StoredEdge& edge) const noexcept {
    return edge.has_details() ? details_[edge.details()].to_offset : edge.to_offset();
  }
  trace::InteriorHint hint(const StoredEdge& edge) const noexcept {
    return edge.has_details() ? details_[edge.details()].hint : edge.hint();
  }
  // Requires: to_offset(edge) is not 0.
  void set_hint(StoredEdge& edge, trace::InteriorHint hint) noexcept {
    if (edge.has_details()) {
      details_[edge.details()].hint = hint;
    } else {
      edge.set_hint(hint);
    }
  }

 private:
  bool has_room_for(const FoundEdges& found) noexcept;
  // All nodes up to `source` begin, at the latest, here.
  void begin_edges_of(NodeId source, std::uint32_t here) noexcept {
    while (next_source_ <= source) first[next_source_++] = here;
  }

  GrowingArray<EdgeDetails> details_;
  NodeId next_source_ = 0;
  bool has_interior_edges_ = false;
};

}  // namespace leak::hook
