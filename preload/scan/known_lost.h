// Lost nodes that nothing encoded points to either, from one scan of a process to its next. What nobody
// points to is pointed to by nobody later: the next scan, at exit often a moment after the first, need not
// look for them again. (An address that was used again meanwhile is one that the program knew all the same;
// that one look is then missed.)
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "scan/encoded_pointers.h"

namespace leak::hook {

class KnownLost {
 public:
  // Whether none of the nodes that are not reached is new.
  bool holds_all(const NodeIndex& index, const GrowingArray<std::uint8_t>& reached) const noexcept {
    const std::uintptr_t* at = begins_;
    const std::uintptr_t* const end = begins_ + count_;
    for (NodeId node = 0; node != index.size(); ++node) {
      if (reached[node] != 0) continue;
      at = std::lower_bound(at, end, index[node].begin);
      if (at == end || *at != index[node].begin) return false;
    }
    return true;
  }

  // More than are kept: none is.
  void note(const NodeIndex& index, const GrowingArray<std::uint8_t>& reached,
            const EncodedFinds& finds) noexcept {
    forget();
    if (!finds.edges.empty() || !finds.roots.empty() || finds.partial) return;
    // Mappings come after the blocks, and lie anywhere.
    for (NodeId node = 0; node != index.size(); ++node) {
      if (reached[node] != 0) continue;
      if (count_ == kMost || (count_ != 0 && index[node].begin < begins_[count_ - 1])) return forget();
      begins_[count_++] = index[node].begin;
    }
  }
  void forget() noexcept { count_ = 0; }

 private:
  static constexpr std::size_t kMost = 512;

  std::uintptr_t begins_[kMost] = {};  // ascending
  std::size_t count_ = 0;
};

}  // namespace leak::hook
