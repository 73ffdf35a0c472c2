// The nodes of the graph, and the question that the scan asks millions of times: into which node does this
// value point? Blocks first, in ascending order, then the program's own mappings; a block inside a mapping
// wins.
//
// Blocks are found by rank: a bit for each granule of 16 bytes (8 if some block needs it) where a block
// starts, and beside each word of 64 bits the number of blocks before it. A value with its own bit set is a
// block's start, known without looking at the block; any other is compared with the end of the nearest block
// before it. The words are there only for regions of 1 MiB that hold a block's start; a region wholly inside
// one block or mapping has that node's number, any other the number of the first mapping that reaches into
// it.
//
// A block's size stands in the allocator's notes beside it, a cache miss for each: most are read only when
// the sweep comes there anyway, or a pointer into the middle asks. Several threads may ask at once: whoever
// is first notes the answer, which is the same for all.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>

#include "scan/address_range.h"
#include "scan/memory_map.h"

namespace leak::hook {

using NodeId = std::uint32_t;

struct Node {
  std::uintptr_t begin;
  std::size_t bytes;
};

struct Target {
  NodeId node;
  std::uint64_t offset;
};

struct BlockSource;

// The compiler's own calls a function of its library where it may not use the instruction.
constexpr std::uint32_t count_bits(std::uint64_t word) noexcept {
  word -= word >> 1 & 0x5555555555555555;
  word = (word & 0x3333333333333333) + (word >> 2 & 0x3333333333333333);
  word = (word + (word >> 4)) & 0x0f0f0f0f0f0f0f0f;
  return static_cast<std::uint32_t>(word * 0x0101010101010101 >> 56);
}

class NodeIndex {
 public:
  static constexpr NodeId kNone = 0xffffffff;

  // False: no memory, or more nodes than numbers.
  bool build(const BlockSource& live, std::uintptr_t (*usable_size)(std::uintptr_t),
             const AddressRange* mappings, std::uint32_t mapping_count, const RangeSet& excluded,
             const MemoryMap& map) noexcept;

  std::size_t size() const noexcept { return nodes_.size(); }
  std::size_t block_count() const noexcept { return block_count_; }
  // Requires: a mapping, or settle() was called for the block; its size is 0 before.
  const Node& operator[](NodeId node) const noexcept { return nodes_[node]; }

  // Calls f(AddressRange) for what is the node's own and lies in `within`, ascending: a mapping's without the
  // blocks inside. Requires: all sizes are known, for a mapping; the block's own, for a block.
  template <class F>
  void for_each_own_range(NodeId node, AddressRange within, F&& f) const noexcept {
    const std::uintptr_t end = std::min(nodes_[node].begin + nodes_[node].bytes, within.end);
    std::uintptr_t at = std::max(nodes_[node].begin, within.begin);
    if (node >= block_count_) {
      for (NodeId block = first_block_beyond(at); block != block_count_ && nodes_[block].begin < end;
           ++block) {
        if (nodes_[block].begin > at) f(AddressRange{at, nodes_[block].begin});
        at = nodes_[block].begin + nodes_[block].bytes;
      }
    }
    if (at < end) f(AddressRange{at, end});
  }
  template <class F>
  void for_each_own_range(NodeId node, F&& f) const noexcept {
    for_each_own_range(node, {0, ~std::uintptr_t{0}}, f);
  }
  // The first whose end lies above `address`, or block_count(). Requires: all sizes are known.
  NodeId first_block_beyond(std::uintptr_t address) const noexcept;

  // The block's size, from now on known. `nearby`: end() of the map at first, then as the call left it;
  // cheapest in ascending order.
  std::size_t settle(NodeId block, const Mapping*& nearby) const noexcept;
  // 0: nobody has asked for it yet; of nodes above kAlwaysKnown the size. relaxed: nothing but the number
  // itself is handed over.
  std::size_t noted_size(NodeId node) const noexcept {
    return std::atomic_ref<std::size_t>(nodes_[node].bytes).load(std::memory_order_relaxed);
  }
  static constexpr unsigned kRegionShift = 20;
  static constexpr std::size_t kAlwaysKnown = std::size_t{1} << 20;
  // Before several threads ask, where the allocator may be asked by one at a time only.
  void settle_all() const noexcept;

  // The two ranges that hold all nodes: the program break's heap and the mapped one, as a rule. Never
  // adjoining.
  const AddressRange& hull(unsigned side) const noexcept { return hulls_[side]; }
  bool may_hold(std::uintptr_t value) const noexcept {
    return hulls_[0].contains(value) || hulls_[1].contains(value);
  }

  // What is known of the blocks around a value.
  struct RankWord {
    std::uint64_t starts;
    std::uint32_t rank;      // blocks that start before this word
    std::uint32_t has_none;  // kFar: this stands for the words of a region that has none; or 0
  };
  static_assert(sizeof(RankWord) == 16);

  // Requires: may_hold(value). kNone: no node.
  Target find(std::uintptr_t value) const noexcept { return find(value, nearest(value, *place_of(value))); }

  // The same in steps, for many values at once: each step, done for all of them, touches only what the one
  // before has brought into the cache, and none waits for memory before it can go on to the next value.
  // Requires for all: may_hold(value).
  const RankWord* place_of(std::uintptr_t value) const noexcept {
    const std::uint32_t region = *region_of(value);
    return has_words(region) ? rank_word(region, value) : &no_words_;
  }
  static constexpr std::uint32_t kBefore = 0, kAtValue = 1, kFar = 2;
  // The last block that starts at or before a value.
  struct Nearest {
    std::uint32_t count;  // of the blocks up to it; 0: there is none
    std::uint32_t state;  // kBefore, kAtValue, or kFar
    // No block starts in the region of the value, so none was looked for.
    bool is_far() const noexcept { return state == kFar; }
  };
  // `word`: *place_of(value). No branch: it would wait for the word.
  Nearest nearest(std::uintptr_t value, const RankWord& word) const noexcept {
    const std::uint64_t bit = std::uint64_t{1} << ((value >> granule_shift_) & 63);
    const std::uint32_t is_start =
        ((word.starts & bit) != 0 ? 1U : 0U) & ((value & granule_mask_) == 0 ? 1U : 0U);
    // A start in the same granule, below the value, comes before it too.
    return {word.rank + count_bits(word.starts & (bit | (bit - 1))), is_start | word.has_none};
  }
  // `near`: what is in the cache already.
  void prefetch_node(const Nearest& nearest, const RankWord& near) const noexcept {
    const auto address = [](const auto* item) { return reinterpret_cast<std::uintptr_t>(item); };
    const std::uintptr_t node = address(nodes_.begin() + nearest.count) - sizeof(Node);
    const std::uintptr_t needs_node = std::uintptr_t{0} - (nearest.state == kBefore ? 1U : 0U);
    __builtin_prefetch(reinterpret_cast<const void*>((node & needs_node) | (address(&near) & ~needs_node)));
  }
  Target find(std::uintptr_t value, const Nearest& nearest) const noexcept {
    if (nearest.state == kFar) return find_without_words(*region_of(value), value);
    if (nearest.state == kAtValue) return {nearest.count - 1, 0};
    if (nearest.count != 0) {
      const NodeId block = nearest.count - 1;
      const std::uintptr_t begin = nodes_[block].begin;
      if (value - begin < known_size(block)) return {block, value - begin};
    }
    return value < mappings_.begin || value >= mappings_.end ? Target{kNone, 0} : find_mapping(value);
  }

  // For the next block's size.
  void prefetch_note(NodeId block) const noexcept {
    if (block < block_count_) __builtin_prefetch(reinterpret_cast<const void*>(nodes_[block].begin - 8));
  }

 private:
  static_assert(std::size_t{1} << kRegionShift == kAlwaysKnown);
  static constexpr std::uint32_t kEmptyRegion = 0;
  static constexpr std::uint32_t kWhollyInside = 0x80000000;
  static constexpr std::uint32_t kMappingsFrom = 0x40000000;

  static bool has_words(std::uint32_t region) noexcept { return region - 1 < kMappingsFrom - 1; }
  bool collect_blocks(const BlockSource& live, const RangeSet& excluded) noexcept;
  void settle_large() noexcept;
  std::size_t size_of(NodeId block, const Mapping* memory) const noexcept;
  const Mapping* find_memory(std::uintptr_t address) const noexcept { return map_->at_or_above(address); }
  std::size_t known_size(NodeId block) const noexcept {
    const std::size_t bytes = noted_size(block);
    if (bytes != 0) [[likely]]
      return bytes;
    return note_size(block, size_of(block, find_memory(nodes_[block].begin)));
  }
  std::size_t note_size(NodeId block, std::size_t bytes) const noexcept {
    std::atomic_ref<std::size_t>(nodes_[block].bytes).store(bytes, std::memory_order_relaxed);
    return bytes;
  }
  std::uintptr_t bound_of(NodeId block) const noexcept {
    const Node& node = nodes_[block];
    return node.bytes != 0 ? node.begin + node.bytes : nodes_[block + 1].begin;
  }
  bool add_mappings(const AddressRange* mappings, std::uint32_t count) noexcept;
  void choose_hulls() noexcept;
  bool build_regions() noexcept;
  bool mark_block(NodeId block) noexcept;
  void fill_ranks() noexcept;
  void mark_mappings() noexcept;
  Target find_without_words(std::uint32_t region, std::uintptr_t value) const noexcept;
  Target find_mapping(std::uintptr_t value) const noexcept;

  const std::uint32_t* region_of(std::uintptr_t value) const noexcept {
    const bool upper = value >= hulls_[1].begin;
    return &regions_[(value >> kRegionShift) - region_offset_[upper ? 1 : 0]];
  }
  const RankWord* rank_word(std::uint32_t region, std::uintptr_t value) const noexcept {
    const std::size_t in_region = (value & ((std::uintptr_t{1} << kRegionShift) - 1)) >> (granule_shift_ + 6);
    return &words_[(std::size_t{region - 1} << words_per_region_shift()) + in_region];
  }
  unsigned words_per_region_shift() const noexcept { return kRegionShift - granule_shift_ - 6; }

  mutable GrowingArray<Node> nodes_;  // the sizes become known on the way
  AddressRange mappings_;             // holds all nodes that are mappings
  // 0, or kWhollyInside | node, or kMappingsFrom | node, or 1 + number among those with words
  GrowingArray<std::uint32_t> regions_;
  GrowingArray<RankWord> words_;
  RankWord no_words_{0, 0, kFar};
  std::uintptr_t (*usable_size_)(std::uintptr_t) = nullptr;
  const MemoryMap* map_ = nullptr;
  AddressRange hulls_[2];
  std::uintptr_t region_offset_[2] = {};  // subtracted from value >> kRegionShift
  std::size_t block_count_ = 0;
  unsigned granule_shift_ = 4;
  std::uintptr_t granule_mask_ = 15;
};

}  // namespace leak::hook
