// Live blocks by address: open addressing with linear probing, 16 bytes a slot, deletion without tombstones.
//
// One lookup of it is most of what an event costs in replay, because a big heap does not fit into the caches:
// hence small slots, and prefetch() for the addresses that are coming up.
#pragma once

#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <utility>
#include <vector>

namespace leak::scan {

class BlockTable {
 public:
  struct Block {
    std::uint64_t address = 0;  // 0: free slot
    std::uint32_t size = 0;     // kHuge: look into huge_
    std::uint32_t site = 0;
  };

  BlockTable() : slots_(kFirstSlots), mask_(kFirstSlots - 1), shift_(64 - kFirstBits) {}

  void prefetch(std::uint64_t address) const { __builtin_prefetch(&slots_[home(address)], 1); }

  // The block at `address`, or the free slot where insert() would put it. Requires: address != 0.
  Block* locate(std::uint64_t address) {
    std::size_t i = home(address);
    while (slots_[i].address != address && slots_[i].address != 0) i = (i + 1) & mask_;
    return &slots_[i];
  }

  // Requires: `slot` is what locate(address) returned, and free.
  void insert(Block* slot, std::uint64_t address, std::uint64_t size, std::uint32_t site) {
    *slot = {address, static_cast<std::uint32_t>(size), site};
    if (size >= kHuge) [[unlikely]] {
      slot->size = kHuge;
      huge_[address] = size;
    }
    if (++count_ * 2 > slots_.size()) [[unlikely]]
      grow();
  }

  std::uint64_t size_of(const Block& block) const {
    return block.size != kHuge ? block.size : huge_.find(block.address)->second;
  }

  // Requires: `slot` holds a block.
  void erase(Block* slot) {
    if (slot->size == kHuge) [[unlikely]]
      huge_.erase(slot->address);
    --count_;
    // Close the gap: move back each follower of the run that may stand at the gap.
    std::size_t gap = static_cast<std::size_t>(slot - slots_.data());
    for (std::size_t i = (gap + 1) & mask_; slots_[i].address != 0; i = (i + 1) & mask_) {
      const std::size_t distance_to_home = (i - home(slots_[i].address)) & mask_;
      if (distance_to_home >= ((i - gap) & mask_)) {
        slots_[gap] = slots_[i];
        gap = i;
      }
    }
    slots_[gap].address = 0;
  }

  std::size_t size() const { return count_; }

  template <class Visitor>
  void for_each(Visitor visit) const {
    for (const Block& block : slots_) {
      if (block.address != 0) visit(block.address, size_of(block), block.site);
    }
  }

 private:
  static constexpr std::uint32_t kHuge = 0xffffffff;
  static constexpr unsigned kFirstBits = 12;
  static constexpr std::size_t kFirstSlots = std::size_t{1} << kFirstBits;

  std::size_t home(std::uint64_t address) const {
    return static_cast<std::size_t>((address * 0x9e3779b97f4a7c15) >> shift_);
  }

  void grow() {
    std::vector<Block> old = std::move(slots_);
    slots_ = std::vector<Block>(old.size() * 2);
    mask_ = slots_.size() - 1;
    --shift_;
    for (const Block& block : old) {
      if (block.address != 0) *locate(block.address) = block;
    }
  }

  std::vector<Block> slots_;  // size is a power of two, at most half full
  std::size_t mask_;
  unsigned shift_;
  std::size_t count_ = 0;
  std::unordered_map<std::uint64_t, std::uint64_t> huge_;  // address -> size
};

}  // namespace leak::scan
