// The counters of the heap at one moment of the replay: per site, in total, and the exact peak. Knows no
// addresses: who does tells it the size and site of each block that begins or ends, in their order.
//
// Per-site shares of the peak come without copying all sites at each new peak: every peak has a number, and a
// site that changes after a peak it has not yet seen first keeps its live amounts from then.
//
// Of a sampled trace each block counts with its weight, which follows from its size and the rate of its site:
// a site has only blocks that were recorded at one rate. Counts are in 1/1024 blocks inside
// (sample_weights.h).
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include "decode/event_batch.h"
#include "decode/sample_weights.h"
#include "replay/free_families.h"
#include "replay/heap_history.h"
#include "replay/sample_estimates.h"

namespace leak::scan {

// A sum of weighed blocks.
struct Amount {
  std::uint64_t parts = 0;
  std::uint64_t bytes = 0;

  void add(const WeighedBlock& block) {
    parts += block.parts;
    bytes += block.bytes;
  }
  void remove(const WeighedBlock& block) {
    parts -= block.parts;
    bytes -= block.bytes;
  }
  BlockTotals totals() const { return {whole_blocks(parts), bytes}; }
};

struct SiteCounters {
  Amount allocated;
  Amount ended;
  std::uint64_t temporary_parts = 0;
  std::uint64_t peak_number = 0;  // the newest peak that `peak` is known for
  Amount peak;

  Amount live_amount() const { return {allocated.parts - ended.parts, allocated.bytes - ended.bytes}; }
  BlockTotals live() const { return live_amount().totals(); }
};
static_assert(sizeof(SiteCounters) == 64, "one cache line an event");

class HeapLedger {
 public:
  // `sample_bytes`: the rate at which its blocks are recorded; 0: all are.
  std::uint32_t add_site(std::uint64_t sample_bytes = 0) {
    sites_.emplace_back();
    families_.add_site();
    is_sampled_ |= sample_bytes != 0;
    rates_.push_back(sample_bytes);
    return static_cast<std::uint32_t>(sites_.size() - 1);
  }

  void begin_block(std::uint64_t size, std::uint32_t site, std::uint64_t time, trace::Op op) {
    SiteCounters& counters = sites_[site];
    families_.begin(site, op);
    keep_peak_share(counters);
    const WeighedBlock weighed = weigh(size, rate_of(site));
    counters.allocated.add(weighed);
    live_.add(weighed);
    if (is_sampled_) [[unlikely]]
      note_sampled(site, size);
    if (live_.bytes > interval_max_bytes_) {
      interval_max_bytes_ = live_.bytes;
      if (live_.bytes > peak_.bytes) {
        peak_ = live_;
        peak_time_ = time;
        ++peak_number_;
      }
    }
  }

  void end_block(std::uint64_t size, std::uint32_t site, std::uint64_t is_temporary, trace::Op op) {
    const WeighedBlock weighed = weigh(size, rate_of(site));
    SiteCounters& counters = sites_[site];
    keep_peak_share(counters);
    counters.ended.add(weighed);
    counters.temporary_parts += is_temporary * weighed.parts;
    live_.remove(weighed);
    deallocated_parts_by_op_[static_cast<std::size_t>(op)] += weighed.parts;
    families_.end(site, op);
  }

  // A block began where this one was still live.
  void end_overwritten_block(std::uint64_t size, std::uint32_t site) {
    ++double_allocations_;
    end_block(size, site, 0, trace::Op{});
  }

  void count_unknown_free() { ++unknown_frees_; }

  BlockTotals live() const { return live_.totals(); }
  BlockTotals peak() const { return peak_.totals(); }
  std::uint64_t peak_time() const { return peak_time_; }
  const std::vector<SiteCounters>& sites() const { return sites_; }
  const FreeFamilies& families() const { return families_; }
  std::uint64_t unknown_frees() const { return unknown_frees_; }
  std::uint64_t double_allocations() const { return double_allocations_; }
  // In 1/1024 blocks.
  const std::array<std::uint64_t, kOpCount>& deallocated_parts_by_op() const {
    return deallocated_parts_by_op_;
  }

  // Whether any site has a rate; only then sample figures are worth anything.
  bool is_sampled() const { return is_sampled_; }
  std::uint64_t rate_of(std::uint32_t site) const { return is_sampled_ ? rates_[site] : 0; }
  const SampleSum& allocated_sample(std::uint32_t site) const {
    static const SampleSum kNone;
    return site < allocated_samples_.size() ? allocated_samples_[site] : kNone;
  }

  // What the site had at the peak.
  BlockTotals peak_of(const SiteCounters& site) const {
    return site.peak_number == peak_number_ ? site.peak.totals() : site.live();
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
    site.peak = site.live_amount();
    site.peak_number = peak_number_;
  }

  [[gnu::noinline]] void note_sampled(std::uint32_t site, std::uint64_t size) {
    if (allocated_samples_.size() <= site) allocated_samples_.resize(sites_.size());
    allocated_samples_[site].add(size, rates_[site]);
  }

  std::vector<SiteCounters> sites_;
  FreeFamilies families_;
  std::vector<std::uint64_t> rates_;  // of each site
  bool is_sampled_ = false;
  std::vector<SampleSum> allocated_samples_;  // may be shorter than sites_
  Amount live_;
  Amount peak_;
  std::uint64_t peak_time_ = 0;
  std::uint64_t peak_number_ = 0;
  std::uint64_t interval_max_bytes_ = 0;          // never above the peak
  std::uint64_t earlier_interval_max_bytes_ = 0;  // of the same interval, before restart_peak()
  std::uint64_t unknown_frees_ = 0;
  std::uint64_t double_allocations_ = 0;
  std::array<std::uint64_t, kOpCount> deallocated_parts_by_op_{};
};

}  // namespace leak::scan
