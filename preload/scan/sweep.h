// Reads every node once, in the order of addresses, and notes which node points where.
#pragma once

#include <cstdint>

#include "scan/node_index.h"
#include "scan/pointer_filter.h"
#include "scan/type_names.h"
#include "trace_format/heap_graph.h"

namespace leak::hook {

// An edge without its source, which the order tells. 16 bytes: there are several for each block.
class StoredEdge {
 public:
  StoredEdge(std::uint64_t from_offset, NodeId to, std::uint64_t to_offset) noexcept
      : low_(to | (from_offset / 8) << 32), high_(to_offset | (from_offset / 8 >> 32) << kToOffsetBits) {}

  NodeId to() const noexcept { return static_cast<NodeId>(low_); }
  std::uint64_t from_offset() const noexcept {
    return ((high_ >> kToOffsetBits & 0x3ff) << 32 | low_ >> 32) * 8;
  }
  std::uint64_t to_offset() const noexcept { return high_ & ((std::uint64_t{1} << kToOffsetBits) - 1); }
  trace::InteriorHint hint() const noexcept { return static_cast<trace::InteriorHint>(high_ >> kHintShift); }
  void set_hint(trace::InteriorHint hint) noexcept {
    high_ |= static_cast<std::uint64_t>(hint) << kHintShift;
  }

 private:
  static constexpr unsigned kToOffsetBits = 48;
  static constexpr unsigned kHintShift = 62;
  std::uint64_t low_;
  std::uint64_t high_;
};

struct EdgeTable {
  GrowingArray<StoredEdge> edges;          // by source, then by place in the source
  GrowingArray<std::uint32_t> first;       // of each node, and one more: where its edges begin
  GrowingArray<std::uint64_t> first_word;  // of each node; 0 when it cannot be read
};

// False: no memory for all edges; what there is is consistent. All blocks' sizes are known after it.
bool sweep_nodes(NodeIndex& index, PointerFilter filter, TypeNames& types, ReadableWalk& walk,
                 EdgeTable& table) noexcept;

}  // namespace leak::hook
