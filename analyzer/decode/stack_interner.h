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
  StackInterner() : slots_(kFirstSlots), mask_(kFirstSlots - 1), nodes_(1) {}

  // The stack that has `pc_id` called from `caller`.
  InternedStack intern(InternedStack caller, std::uint32_t pc_id) {
    const std::uint64_t hash = hash_of(caller.hash, pc_id);
    // Its place or the next, found without a branch, because which it is cannot be predicted; and by the hash
    // alone, because the caller's id may still be on its way.
    const std::size_t place = place_of(hash);
    const Slot& slot = slots_[(place + static_cast<std::size_t>(slots_[place].tag != tag_of(hash))) & mask_];
    const StackNode node{caller.id, pc_id};
    if (slot.id != 0 && slot.is(node)) [[likely]]
      return {hash, slot.id};
    return {hash, find_or_insert(hash, node)};
  }

  const std::vector<StackNode>& nodes() const { return nodes_; }

 private:
  // With the node itself, so that a lookup is one memory access.
  struct Slot {
    std::uint32_t tag = 0;
    std::uint32_t id = 0;  // 0: free
    StackNode node;

    bool is(StackNode other) const { return node.caller == other.caller && node.pc_id == other.pc_id; }
  };
  static_assert(sizeof(Slot) == 16);
  static constexpr std::size_t kFirstSlots = std::size_t{1} << 12;

  // The low bits of a product know nothing of the high ones of its factors: only the upper half gives places.
  static std::uint64_t hash_of(std::uint64_t caller_hash, std::uint32_t pc_id) {
    return (caller_hash ^ (pc_id + std::uint64_t{1})) * 0x9e3779b97f4a7c15;
  }
  static std::uint32_t tag_of(std::uint64_t hash) { return static_cast<std::uint32_t>(hash); }
  std::size_t place_of(std::uint64_t hash) const { return static_cast<std::size_t>(hash >> 32) & mask_; }
  std::uint32_t find_or_insert(std::uint64_t hash, StackNode node);
  void grow();

  std::vector<Slot> slots_;  // open addressing; size is a power of two, at most half full
  std::size_t mask_;         // slots - 1
  std::vector<StackNode> nodes_;
};

}  // namespace leak::scan
