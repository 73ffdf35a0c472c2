// Pointers to far places in a node, of which a few from each source tell all. An allocator inside the program
// (an interpreter's arenas, a node pool) makes blocks that point hundreds of times into the middle of one
// another.
#pragma once

#include "scan/growing_array.h"
#include "scan/node_index.h"

namespace leak::hook {

inline constexpr std::uint32_t kMostFarPointers =
    4;  // from one node into another, besides those that have a hint

// Not those to near places: heads of objects, shared pointers, list hooks. Nor those to a node's last bytes,
// which may be more than the program asked for.
constexpr bool is_far_place(std::uint64_t offset, std::size_t node_bytes) noexcept {
  constexpr std::uint64_t kFarPlace = 256, kLastBytes = 64;
  return offset >= kFarPlace && offset + kLastBytes <= node_bytes;
}

class FarPointers {
 public:
  // False: no memory.
  bool begin(std::size_t nodes) noexcept { return seen_.resize(nodes); }

  // How many from `source` to `target` have been counted: the caller's to count. 0 at first. Requires:
  // sources come one after another.
  std::uint32_t& count_of(NodeId source, NodeId target) noexcept {
    Seen& seen = seen_[target];
    if (seen.source != source + 1) seen = {source + 1, 0};
    return seen.count;
  }

 private:
  // Of a target: the last source, + 1.
  struct Seen {
    NodeId source;
    std::uint32_t count;
  };
  GrowingArray<Seen> seen_;
};

}  // namespace leak::hook
