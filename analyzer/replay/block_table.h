// Live blocks by address, in buckets of one cache line.
//
// One lookup of it is most of what an event costs in replay, because a big heap does not fit into the caches:
// hence small slots, prefetch() for the addresses that are coming up, and a search of a bucket without
// branches, whose outcome could not be predicted. A block whose bucket is full stands in the next one that is
// not; each full bucket on its way counts it, so that a search knows when to go on, and deletion needs no
// tombstones.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/huge_pages.h"

namespace leak::scan {

class BlockTable {
 public:
  // Packed, so that three of them are a cache line.
  class [[gnu::packed, gnu::aligned(4)]] Block {
   public:
    std::uint32_t site() const { return site_; }
    std::uint32_t stamp() const { return stamp_; }  // of its allocation, as insert() was told

   private:
    friend class BlockTable;
    bool is_free() const { return word_ <= kMaxPassed; }
    std::uint64_t address() const { return word_ >> 8; }

    // Address << 8, 0 for a free slot. The low byte belongs to the bucket, and is 0 but in its first slot:
    // how many blocks passed the bucket by because it was full; kMaxPassed: that many or more, ever.
    std::uint64_t word_ = 0;
    std::uint32_t size_ = 0;  // kHuge: look into huge_
    std::uint32_t site_ = 0;
    std::uint32_t stamp_ = 0;
  };
  static_assert(sizeof(Block) == 20);

  BlockTable() : buckets_(kFirstBuckets), shift_(64 - (kFirstBits - kGroupBits)) {}

  // Always inlined: gcc drops the call of a function that does nothing else.
  [[gnu::always_inline]] void prefetch(std::uint64_t address) const {
    __builtin_prefetch(&buckets_[home(address)], 1);
  }

  // The block at `address`, or nullptr. Requires: address is not 0 and has at most 56 bits.
  Block* find(std::uint64_t address) {
    const std::uint64_t key = address << 8;
    for (std::size_t i = home(address);; i = next(i)) {
      Bucket& bucket = buckets_[i];
      unsigned found = 0;
      for (unsigned s = 0; s != kSlots; ++s) {
        found |= static_cast<unsigned>((bucket.slots[s].word_ ^ key) <= kMaxPassed) << s;
      }
      if (found != 0) return &bucket.slots[static_cast<unsigned>(__builtin_ctz(found))];
      if (bucket.passed() == 0) return nullptr;
    }
  }

  // Requires: find(address) is nullptr.
  void insert(std::uint64_t address, std::uint64_t size, std::uint32_t site, std::uint32_t stamp = 0) {
    if (2 * count_ >= buckets_.size() * kSlots) [[unlikely]]
      grow();
    ++count_;
    Block block;
    block.word_ = address << 8;
    block.size_ = static_cast<std::uint32_t>(size);
    block.site_ = site;
    block.stamp_ = stamp;
    if (size >= kHuge) [[unlikely]] {
      block.size_ = kHuge;
      huge_[address] = size;
    }
    place(block);
  }

  std::uint64_t size_of(const Block& block) const {
    return block.size_ != kHuge ? block.size_ : huge_.find(block.address())->second;
  }

  // Requires: `block` is what find() returned.
  void erase(Block* block) {
    if (block->size_ == kHuge) [[unlikely]]
      huge_.erase(block->address());
    --count_;
    const std::size_t place = bucket_of(*block);
    for (std::size_t i = home(block->address()); i != place; i = next(i)) buckets_[i].count_passed(-1);
    block->word_ &= kMaxPassed;
  }

  std::size_t size() const { return count_; }

  template <class Visitor>
  void for_each(Visitor visit) const {
    for (const Bucket& bucket : buckets_) {
      for (const Block& block : bucket.slots) {
        if (!block.is_free()) visit(block.address(), size_of(block), block.site_);
      }
    }
  }

 private:
  static constexpr std::uint32_t kHuge = 0xffffffff;
  static constexpr std::uint64_t kMaxPassed = 0xff;
  static constexpr unsigned kSlots = 3;
  static constexpr unsigned kFirstBits = 10;
  static constexpr unsigned kGroupBits = 4;
  static constexpr std::uint64_t kGroup = std::uint64_t{1} << kGroupBits;
  static constexpr std::size_t kFirstBuckets = std::size_t{1} << kFirstBits;

  struct alignas(64) Bucket {
    std::array<Block, kSlots> slots;

    std::uint64_t passed() const { return slots[0].word_ & kMaxPassed; }
    // A full count stays: nobody knows any more how many there are.
    void count_passed(int change) {
      if (passed() != kMaxPassed)
        slots[0].word_ += static_cast<std::uint64_t>(static_cast<std::int64_t>(change));
    }
  };
  static_assert(sizeof(Bucket) == 64);
  using Buckets = std::vector<Bucket, HugePageAllocator<Bucket>>;

  std::size_t bucket_of(const Block& block) const {
    const auto from = reinterpret_cast<std::uintptr_t>(buckets_.data());
    return (reinterpret_cast<std::uintptr_t>(&block) - from) / sizeof(Bucket);
  }

  // Neighbours in memory are neighbours here, as far as a kilobyte goes: what is made and freed together is
  // fetched together. The places within such a group differ from group to group, because a program's blocks
  // may all begin at multiples of a kilobyte.
  std::size_t home(std::uint64_t address) const {
    const std::uint64_t group = (address >> 10) * 0x9e3779b97f4a7c15;
    const std::uint64_t place = (address >> 6 ^ group >> 32) % kGroup;
    return static_cast<std::size_t>(group >> shift_ << kGroupBits | place);
  }
  std::size_t next(std::size_t bucket) const { return (bucket + 1) & (buckets_.size() - 1); }

  void place(const Block& block) {
    for (std::size_t i = home(block.address());; i = next(i)) {
      Bucket& bucket = buckets_[i];
      unsigned room = 0;
      for (unsigned s = 0; s != kSlots; ++s) room |= static_cast<unsigned>(bucket.slots[s].is_free()) << s;
      if (room == 0) [[unlikely]] {
        bucket.count_passed(1);
        continue;
      }
      Block& slot = bucket.slots[static_cast<unsigned>(__builtin_ctz(room))];
      const std::uint64_t passed = slot.word_;
      slot = block;
      slot.word_ |= passed;
      return;
    }
  }

  void grow() {
    const Buckets old = std::exchange(buckets_, Buckets(buckets_.size() * 2));
    --shift_;
    for (const Bucket& bucket : old) {
      for (Block block : bucket.slots) {
        block.word_ &= ~kMaxPassed;
        if (!block.is_free()) place(block);
      }
    }
  }

  Buckets buckets_;  // a power of two of them, at most half of their slots taken
  unsigned shift_;
  std::size_t count_ = 0;
  std::unordered_map<std::uint64_t, std::uint64_t> huge_;  // address -> size
};

}  // namespace leak::scan
