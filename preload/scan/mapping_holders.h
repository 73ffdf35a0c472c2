// A mapping is held by a pointer to any place in it, so one from each holder tells it all. Heaps that a
// program keeps in mappings of its own have millions.
#pragma once

#include "scan/node_index.h"

namespace leak::hook {

class MappingHolders {
 public:
  // False: no memory.
  bool begin(const NodeIndex& index) noexcept {
    block_count_ = index.block_count();
    return last_holder_.resize(index.size() - block_count_);
  }

  // Whether a pointer from `source` into the middle of `target`, a mapping, was met before. Sources come one
  // after another.
  bool knows(NodeId source, NodeId target) noexcept {
    if (target < block_count_) return false;
    NodeId& holder = last_holder_[target - block_count_];
    const bool known = holder == source + 1;
    holder = source + 1;
    return known;
  }

 private:
  GrowingArray<NodeId> last_holder_;  // + 1; of each mapping
  std::size_t block_count_ = 0;
};

}  // namespace leak::hook
