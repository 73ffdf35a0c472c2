// The heap at one moment of the replay: its live blocks by address, and its ledger.
//
// Blocks are divided between shards by their address, so that several threads can look them up at a time
// (shard_pipeline.h).
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "replay/block_table.h"
#include "replay/heap_ledger.h"
#include "replay/lifetimes.h"

namespace leak::scan {

struct LiveBlock {
  std::uint64_t address = 0;
  std::uint64_t size = 0;
  std::uint32_t site = 0;
};

class LiveHeap {
 public:
  // What alloc() and free() do when the address is live, or is not.
  enum class Conflict {
    kForce,  // carry on and count it
    kWait,   // change nothing and return false
  };

  explicit LiveHeap(unsigned shards = 1) : shards_(std::max(shards, 1U)), lifetimes_(shards_.size()) {}

  // Call before the first block; without it no lifetime is counted.
  void time_lifetimes(const LifetimeClock& clock) { clock_ = clock; }
  const LifetimeClock& lifetime_clock() const { return clock_; }

  // Each shard has a count of its own, for the thread that works on it.
  LifetimeCounts& lifetimes_of(unsigned shard) { return lifetimes_[shard]; }
  LifetimeCounts lifetimes() const {
    LifetimeCounts sum;
    for (const LifetimeCounts& counts : lifetimes_) sum.add(counts);
    return sum;
  }

  // Of `block`, which is freed at `time`. Those from before the recording are not known to have lived for any time.
  [[gnu::always_inline]] static void count_life(const BlockTable& blocks, const BlockTable::Block& block,
                                                std::uint64_t time, const LifetimeClock& clock,
                                                LifetimeCounts& counts) {
    const std::uint32_t born = block.stamp();
    if (born != LifetimeClock::kUnknown) counts.add(clock.ns_between(born, clock.stamp(time)), blocks.size_of(block));
  }

  bool is_live(std::uint64_t address) { return shard(shard_of(address)).find(address) != nullptr; }

  [[gnu::always_inline]] void prefetch(std::uint64_t address) const {
    shards_[shard_of(address)].prefetch(address);
  }

  template <Conflict kConflict>
  bool alloc(std::uint64_t address, std::uint64_t size, std::uint32_t site, std::uint64_t time,
             trace::Op op) {
    return begin<kConflict>(address, size, site, time, op, clock_.stamp(time));
  }

  // A block that is older than the recording.
  void inherit(std::uint64_t address, std::uint64_t size, std::uint32_t site) {
    begin<Conflict::kForce>(address, size, site, 0, trace::Op{}, LifetimeClock::kUnknown);
  }

  template <Conflict kConflict>
  bool free(std::uint64_t address, std::uint32_t is_temporary, trace::Op op, std::uint64_t time) {
    const unsigned number = shard_of(address);
    BlockTable& blocks = shard(number);
    BlockTable::Block* const block = blocks.find(address);
    if (block == nullptr) [[unlikely]] {
      if (kConflict == Conflict::kWait) return false;
      ledger_.count_unknown_free();
      return true;
    }
    ledger_.end_block(blocks.size_of(*block), block->site(), is_temporary, op);
    count_life(blocks, *block, time, clock_, lifetimes_[number]);
    blocks.erase(block);
    return true;
  }

  HeapLedger& ledger() { return ledger_; }
  const HeapLedger& ledger() const { return ledger_; }

  unsigned shard_count() const { return static_cast<unsigned>(shards_.size()); }
  BlockTable& shard(unsigned number) { return shards_[number]; }
  unsigned shard_of(std::uint64_t address) const {
    if (shards_.size() == 1) return 0;
    // Other bits of the product than those that give a block's place within its shard.
    const std::uint64_t mixed = (address * 0x9e3779b97f4a7c15) >> 4 & 0xffffffff;
    return static_cast<unsigned>(mixed * shards_.size() >> 32);
  }

  std::size_t block_count() const {
    std::size_t count = 0;
    for (const BlockTable& blocks : shards_) count += blocks.size();
    return count;
  }

  // By address: the same however many shards there are.
  std::vector<LiveBlock> live_blocks() const {
    std::vector<LiveBlock> live;
    live.reserve(block_count());
    for (const BlockTable& blocks : shards_) {
      blocks.for_each([&](std::uint64_t address, std::uint64_t size, std::uint32_t site) {
        live.push_back({address, size, site});
      });
    }
    std::sort(live.begin(), live.end(),
              [](const LiveBlock& a, const LiveBlock& b) { return a.address < b.address; });
    return live;
  }

  // Index: site.
  std::vector<SampleSum> live_samples() const {
    std::vector<SampleSum> samples(ledger_.sites().size());
    for (const LiveBlock& block : live_blocks())
      samples[block.site].add(block.size, ledger_.rate_of(block.site));
    return samples;
  }

 private:
  template <Conflict kConflict>
  bool begin(std::uint64_t address, std::uint64_t size, std::uint32_t site, std::uint64_t time, trace::Op op,
             std::uint32_t stamp) {
    BlockTable& blocks = shard(shard_of(address));
    BlockTable::Block* const old = blocks.find(address);
    if (old != nullptr) [[unlikely]] {
      if (kConflict == Conflict::kWait) return false;
      ledger_.end_overwritten_block(blocks.size_of(*old), old->site());
      blocks.erase(old);
    }
    blocks.insert(address, size, site, stamp);
    ledger_.begin_block(size, site, time, op);
    return true;
  }

  std::vector<BlockTable> shards_;
  std::vector<LifetimeCounts> lifetimes_;  // by shard
  LifetimeClock clock_;
  HeapLedger ledger_;
};

}  // namespace leak::scan
