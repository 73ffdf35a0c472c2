// Stacks to small ids while decoding: one worker's private tree of (caller, pc) nodes, the hot half of stack
// interning. replay/stack_table.h is the shared, final one; each node is carried over to it once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "decode/event_batch.h"

namespace leak::scan {

class StackInterner {
 public:
  StackInterner() : slots_(kFirstSlots), shift_(64 - kFirstBits), nodes_(1) {}

  // The stack that has `pc_id` called from `caller`; 0 is the empty stack.
  std::uint32_t intern(std::uint32_t caller, std::uint32_t pc_id) {
    // +1: key 0 marks a free slot, and (0, 0) is a stack (one that was cut off at once).
    const std::uint64_t key = (std::uint64_t{caller} << 32 | pc_id) + 1;
    for (std::size_t i = home(key);; i = (i + 1) & (slots_.size() - 1)) {
      if (slots_[i].key == key) return slots_[i].id;
      if (slots_[i].key == 0) return insert(i, key, {caller, pc_id});
    }
  }

  const std::vector<StackNode>& nodes() const { return nodes_; }

 private:
  struct Slot {
    std::uint64_t key = 0;
    std::uint32_t id = 0;
  };
  static constexpr unsigned kFirstBits = 12;
  static constexpr std::size_t kFirstSlots = std::size_t{1} << kFirstBits;

  std::size_t home(std::uint64_t key) const {
    // Both halves are small numbers: one multiplication is not enough to spread the upper half.
    return static_cast<std::size_t>(((key ^ key >> 29) * 0x9e3779b97f4a7c15) >> shift_);
  }
  std::uint32_t insert(std::size_t slot, std::uint64_t key, StackNode node);
  void grow();

  std::vector<Slot> slots_;  // open addressing; size is a power of two, at most half full
  unsigned shift_;
  std::vector<StackNode> nodes_;
};

}  // namespace leak::scan
