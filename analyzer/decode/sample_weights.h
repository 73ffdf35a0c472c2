// What a recorded allocation stands for, when only a sample of them was recorded (trace::SamplingRecord).
//
// A block of `size` bytes is in the sample with probability p = 1 - exp(-size / R), so it counts 1/p times:
// the estimator of Horvitz and Thompson, unbiased whatever the sizes are. The weight belongs to the single
// block, before anything is summed: the mean size of a site's recorded blocks says too little about the
// unrecorded ones (jemalloc, doc_internal/PROFILING_INTERNALS.md, works out by how much).
//
// Counts are sums of 1/1024 blocks, bytes are whole: integers add up to the same in any order and come out at
// 0 when what was added is taken away. A weight times its size is at least R, so rounding to whole bytes is
// nothing; and where everything was recorded each weight is exactly one block.
#pragma once

#include <cstdint>
#include <vector>

#include "trace_format/record.h"

namespace leak::scan {

inline constexpr std::uint64_t kOneBlock = 1024;

constexpr std::uint64_t whole_blocks(std::uint64_t parts) { return (parts + kOneBlock / 2) / kOneBlock; }

struct WeighedBlock {
  std::uint64_t parts = kOneBlock;  // in 1/1024 blocks
  std::uint64_t bytes = 0;
};

WeighedBlock weigh_sampled(std::uint64_t size, std::uint64_t sample_bytes);

// sample_bytes 0: everything was recorded.
inline WeighedBlock weigh(std::uint64_t size, std::uint64_t sample_bytes) {
  if (sample_bytes == 0) [[likely]]
    return {kOneBlock, size};
  return weigh_sampled(size, sample_bytes);
}

// 1/p.
double sample_weight(std::uint64_t size, std::uint64_t sample_bytes);

// Which rate holds when: a sampling record takes effect at its time, and before the first everything is
// recorded.
class SamplePeriods {
 public:
  struct Period {
    std::uint64_t start = 0;  // in quanta
    std::uint64_t sample_bytes = 0;
    std::uint32_t budget_permille = 0;
    std::uint32_t measured_permille = 0;
  };

  SamplePeriods() = default;
  SamplePeriods(const std::vector<trace::SamplingRecord>& by_time, std::uint32_t time_quantum_shift);

  const std::vector<Period>& list() const { return periods_; }
  std::uint64_t sample_bytes_at(std::uint64_t time) const { return periods_.empty() ? 0 : look_up(time); }

 private:
  std::uint64_t look_up(std::uint64_t time) const;

  std::vector<Period> periods_;
};

}  // namespace leak::scan
