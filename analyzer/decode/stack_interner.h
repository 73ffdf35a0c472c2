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
    const std::uint64_t hash = hash_of(caller, pc_id);
    const std::uint32_t tag = static_cast<std::uint32_t>(hash);
    for (std::size_t i = static_cast<std::size_t>(hash >> shift_);; i = (i + 1) & (slots_.size() - 1)) {
      const Slot slot = slots_[i];
      if (slot.id == 0) return insert(i, tag, {caller, pc_id});
      // The next frame waits for this id, so it must come out of the first memory access; the tag makes the look
      // at the node a mere confirmation, which the processor does meanwhile.
      if (slot.tag == tag && nodes_[slot.id].caller == caller && nodes_[slot.id].pc_id == pc_id) return slot.id;
    }
  }

  const std::vector<StackNode>& nodes() const { return nodes_; }

 private:
  struct Slot {
    std::uint32_t tag = 0;
    std::uint32_t id = 0;  // 0: free
  };
  static constexpr unsigned kFirstBits = 12;
  static constexpr std::size_t kFirstSlots = std::size_t{1} << kFirstBits;

  static std::uint64_t hash_of(std::uint32_t caller, std::uint32_t pc_id) {
    const std::uint64_t key = std::uint64_t{caller} << 32 | pc_id;
    // Both halves are small numbers: one multiplication is not enough to spread the upper half.
    return (key ^ key >> 29) * 0x9e3779b97f4a7c15;
  }
  std::uint32_t insert(std::size_t slot, std::uint32_t tag, StackNode node);
  void grow();

  std::vector<Slot> slots_;  // open addressing; size is a power of two, at most half full
  unsigned shift_;
  std::vector<StackNode> nodes_;
};

}  // namespace leak::scan
