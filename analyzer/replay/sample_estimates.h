// How far the figures of a sampled trace may be off.
//
// Blocks come into the sample independently of each other, so the variance of a sum of weighed sizes is
// itself estimated without bias by the sum of w * (w - 1) * size^2 over the recorded blocks, w = 1/p (the
// variance estimator of Horvitz and Thompson for Poisson sampling: Saerndal, Swensson, Wretman, Model
// Assisted Survey Sampling, 1992, section 3.5).
//
// Errors are those of 99 % confidence: a report shows tens of estimates at once, and of 95 % intervals a few
// of them would not hold what they promise.
//
// A half width of 2.58 standard errors is too short when only a few blocks were seen: one recorded block is
// no news of how many might have been. What is unseen behaves like a Poisson count in units of g, the
// weighed size of a typical recorded block (g = variance / unseen bytes); the score interval of that count
// (Rao, 1948; for a Poisson mean n + z^2/2 +- z * sqrt(n + z^2/4)) holds its promise for small counts too.
// The half width given here reaches to its farther end: g * z^2/2 + z * sqrt(variance + g^2 * z^2/4).
#pragma once

#include <cstdint>

namespace leak::scan {

// Takes recorded blocks one by one; sums of several may be added up.
class SampleSum {
 public:
  void add(std::uint64_t size, std::uint64_t sample_bytes);
  void add(const SampleSum& other);

  std::uint64_t recorded_blocks() const { return recorded_blocks_; }
  std::uint64_t bytes_error() const;  // half width of the 99 % interval

 private:
  std::uint64_t recorded_blocks_ = 0;
  double unseen_bytes_ = 0;
  double variance_ = 0;
};

}  // namespace leak::scan
