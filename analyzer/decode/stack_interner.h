// Stacks to small ids while decoding: one worker's private tree of (caller, pc) nodes, the hot half of stack
// interning. replay/stack_table.h is the shared, final one; each node is carried over to it once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "decode/event_batch.h"

namespace leak::scan {

// A stack, and a hash of all its frames. Because the hash does not depend on ids, the places of several
// pushed frames are known before the first of them has been looked up, and their memory accesses overlap.
struct InternedStack {
  std::uint64_t hash = 0;
  std::uint32_t id = 0;  // 0 is the empty stack
};

class StackInterner {
 public:
  StackInterner() : slots_(kFirstSlots), shift_(64 - kFirstBits), nodes_(1), hashes_(1) {}

  // The stack that has `pc_id` called from `caller`.
  InternedStack intern(InternedStack caller, std::uint32_t pc_id) {
    const std::uint64_t hash = hash_of(caller.hash, pc_id);
    const std::uint32_t tag = static_cast<std::uint32_t>(hash);
    for (std::size_t i = static_cast<std::size_t>(hash >> shift_);; i = (i + 1) & (slots_.size() - 1)) {
      const Slot slot = slots_[i];
      if (slot.id == 0) return {hash, insert(i, hash, {caller.id, pc_id})};
      if (slot.tag == tag && nodes_[slot.id].caller == caller.id && nodes_[slot.id].pc_id == pc_id) {
        return {hash, slot.id};
      }
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

  static std::uint64_t hash_of(std::uint64_t caller_hash, std::uint32_t pc_id) {
    const std::uint64_t mixed = (caller_hash ^ (pc_id + std::uint64_t{1})) * 0x9e3779b97f4a7c15;
    return mixed ^ mixed >> 32;
  }
  std::uint32_t insert(std::size_t slot, std::uint64_t hash, StackNode node);
  void grow();

  std::vector<Slot> slots_;  // open addressing; size is a power of two, at most half full
  unsigned shift_;
  std::vector<StackNode> nodes_;
  std::vector<std::uint64_t> hashes_;  // of each node; needed only to grow
};

}  // namespace leak::scan
