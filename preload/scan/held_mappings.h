// Memory of mappings that the mapping which is being read is known to hold, or is itself. Another pointer
// into its middle tells nothing new, and in heaps that a program keeps in mappings of its own nearly all
// pointers are such: they are left out before they are looked up.
#pragma once

#include <algorithm>
#include <cstdint>

#include "scan/node_index.h"

namespace leak::hook {

class HeldMappings {
 public:
  // `source` is read from here on.
  void begin(NodeId source) noexcept {
    if (source == source_) return;
    source_ = source;
    std::fill(std::begin(pieces_), std::end(pieces_), 0);
  }

  // Whether `value` is a pointer into the middle of a mapping that is known.
  bool contains(std::uintptr_t value) const noexcept {
    return pieces_[(value >> kPieceShift) % kPieces] == value >> kPieceShift;
  }

  // `source` holds `mapping`, or is it. Requires: `value` lies in it, and in a region without words of the
  // index: no block is there.
  void add(NodeId source, std::uintptr_t value, const Node& mapping) noexcept {
    const std::uintptr_t piece = value & ~(kPieceBytes - 1);
    if (source != source_ || piece <= mapping.begin || piece + kPieceBytes > mapping.begin + mapping.bytes)
      return;
    pieces_[(value >> kPieceShift) % kPieces] = value >> kPieceShift;
  }

 private:
  static constexpr unsigned kPieceShift = 18;
  static constexpr std::uintptr_t kPieceBytes = std::uintptr_t{1} << kPieceShift;
  static_assert(kPieceShift <= NodeIndex::kRegionShift);
  static constexpr std::size_t kPieces = 1024;

  NodeId source_ = NodeIndex::kNone;
  std::uintptr_t pieces_[kPieces] = {};  // number of each piece, at its place modulo kPieces; 0: none
};

}  // namespace leak::hook
