// The heap at one moment of the replay: live blocks, counters per site, totals and the exact peak.
//
// Per-site shares of the peak come without copying all sites at each new peak: every peak has a number, and a
// site that changes after a peak it has not yet seen first keeps its live amounts from then.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include "decode/event_batch.h"
#include "replay/block_table.h"
#include "replay/heap_history.h"

namespace leak::scan {

struct SiteCounters {
  std::uint64_t allocations = 0;
  std::uint64_t allocated_bytes = 0;
  std::uint64_t ended = 0;
  std::uint64_t ended_bytes = 0;
  std::uint64_t temporary = 0;
  std::uint64_t peak_number = 0;  // the newest peak that `peak` is known for
  BlockTotals peak;

  BlockTotals live() const { return {allocations - ended, allocated_bytes - ended_bytes}; }
};
static_assert(sizeof(SiteCounters) == 64, "one cache line an event");

class LiveHeap {
 public:
  // What alloc() and free() do when the address is live, or is not.
  enum class Conflict {
    kForce,  // carry on and count it
    kWait,   // change nothing and return false
  };

  std::uint32_t add_site() {
    sites_.emplace_back();
    return static_cast<std::uint32_t>(sites_.size() - 1);
  }

  bool is_live(std::uint64_t address) { return blocks_.locate(address)->address != 0; }

  void prefetch(std::uint64_t address) const { blocks_.prefetch(address); }

  template <Conflict kConflict>
  bool alloc(std::uint64_t address, std::uint64_t size, std::uint32_t site, std::uint64_t time) {
    BlockTable::Block* slot = blocks_.locate(address);
    if (slot->address != 0) [[unlikely]] {
      if (kConflict == Conflict::kWait) return false;
      ++double_allocations_;
      end_block(slot, 0);
      ++deallocations_by_op_[0];
      slot = blocks_.locate(address);
    }
    blocks_.insert(slot, address, size, site);
    SiteCounters& counters = sites_[site];
    keep_peak_share(counters);
    ++counters.allocations;
    counters.allocated_bytes += size;
    ++live_.blocks;
    live_.bytes += size;
    if (live_.bytes > interval_max_bytes_) {
      interval_max_bytes_ = live_.bytes;
      if (live_.bytes > peak_.bytes) {
        peak_ = live_;
        peak_time_ = time;
        ++peak_number_;
      }
    }
    return true;
  }

  template <Conflict kConflict>
  bool free(std::uint64_t address, std::uint32_t is_temporary, trace::Op op) {
    BlockTable::Block* slot = blocks_.locate(address);
    if (slot->address == 0) [[unlikely]] {
      if (kConflict == Conflict::kWait) return false;
      ++unknown_frees_;
      return true;
    }
    end_block(slot, is_temporary);
    ++deallocations_by_op_[static_cast<std::size_t>(op)];
    return true;
  }

  const BlockTotals& live() const { return live_; }
  const BlockTotals& peak() const { return peak_; }
  std::uint64_t peak_time() const { return peak_time_; }
  const std::vector<SiteCounters>& sites() const { return sites_; }
  const BlockTable& blocks() const { return blocks_; }
  std::uint64_t unknown_frees() const { return unknown_frees_; }
  std::uint64_t double_allocations() const { return double_allocations_; }
  const std::array<std::uint64_t, kOpCount>& deallocations_by_op() const { return deallocations_by_op_; }

  // What the site had at the peak.
  BlockTotals peak_of(const SiteCounters& site) const {
    return site.peak_number == peak_number_ ? site.peak : site.live();
  }

  // The highest live bytes since the last call.
  std::uint64_t take_interval_max() {
    const std::uint64_t result = std::max(interval_max_bytes_, earlier_interval_max_bytes_);
    interval_max_bytes_ = live_.bytes;
    earlier_interval_max_bytes_ = 0;
    return result;
  }

  // Forgets earlier peaks: from now on peak() is the highest moment of what follows.
  void restart_peak(std::uint64_t time) {
    peak_ = live_;
    peak_time_ = time;
    ++peak_number_;
    // alloc() looks at the peak only when the interval's maximum rises, so that must not be above the peak.
    earlier_interval_max_bytes_ = std::max(earlier_interval_max_bytes_, interval_max_bytes_);
    interval_max_bytes_ = live_.bytes;
  }

 private:
  void keep_peak_share(SiteCounters& site) const {
    if (site.peak_number == peak_number_) return;
    site.peak = site.live();
    site.peak_number = peak_number_;
  }

  void end_block(BlockTable::Block* slot, std::uint32_t is_temporary) {
    const std::uint64_t size = blocks_.size_of(*slot);
    SiteCounters& counters = sites_[slot->site];
    keep_peak_share(counters);
    ++counters.ended;
    counters.ended_bytes += size;
    counters.temporary += is_temporary;
    --live_.blocks;
    live_.bytes -= size;
    blocks_.erase(slot);
  }

  BlockTable blocks_;
  std::vector<SiteCounters> sites_;
  BlockTotals live_;
  BlockTotals peak_;
  std::uint64_t peak_time_ = 0;
  std::uint64_t peak_number_ = 0;
  std::uint64_t interval_max_bytes_ = 0;          // never above the peak
  std::uint64_t earlier_interval_max_bytes_ = 0;  // of the same interval, before restart_peak()
  std::uint64_t unknown_frees_ = 0;
  std::uint64_t double_allocations_ = 0;
  std::array<std::uint64_t, kOpCount> deallocations_by_op_{};
};

}  // namespace leak::scan
