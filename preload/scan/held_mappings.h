// Memory of mappings that another mapping is known to hold, or is itself. One more pointer from there into
// its middle tells nothing new, and in heaps that a program keeps in mappings of its own nearly all pointers
// are such: they are left out before they are looked up.
#pragma once

#include <algorithm>
#include <cstdint>

#include "scan/node_index.h"

namespace leak::hook {

class HeldMappings {
 public:
  // Whether `value` points into the middle of a mapping that `source` is known to hold, or is.
  bool contains(NodeId source, std::uintptr_t value) const noexcept {
    const Part& part = part_at(value);
    return part.source == source && value - part.begin < part.bytes;
  }

  // `source` holds `mapping`, or is it. Requires: `value` lies in it, not at its begin, and in a region where
  // the index has no words: no block is there.
  void add(NodeId source, std::uintptr_t value, const Node& mapping) noexcept {
    const std::uintptr_t piece = value & ~(kPieceBytes - 1);
    const std::uintptr_t begin = std::max(piece, mapping.begin + 1);
    const std::uintptr_t end = std::min(piece + kPieceBytes, mapping.begin + mapping.bytes);
    part_at(value) = {begin, static_cast<std::uint32_t>(end - begin), source};
  }

 private:
  // Of a mapping and of a piece.
  struct Part {
    std::uintptr_t begin = 0;
    std::uint32_t bytes = 0;
    NodeId source = NodeIndex::kNone;
  };

  static constexpr unsigned kPieceShift = 18;
  static constexpr std::uintptr_t kPieceBytes = std::uintptr_t{1} << kPieceShift;
  static_assert(kPieceShift <= NodeIndex::kRegionShift);
  static constexpr std::size_t kParts = 1024;

  const Part& part_at(std::uintptr_t value) const noexcept { return parts_[(value >> kPieceShift) % kParts]; }
  Part& part_at(std::uintptr_t value) noexcept { return parts_[(value >> kPieceShift) % kParts]; }

  Part parts_[kParts];  // that of the last value added of each piece, at its number modulo kParts
};

}  // namespace leak::hook
