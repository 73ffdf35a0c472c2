#include "replay/sample_estimates.h"

#include <algorithm>
#include <cmath>

#include "decode/sample_weights.h"

namespace leak::scan {

void SampleSum::add(std::uint64_t size, std::uint64_t sample_bytes) {
  ++recorded_blocks_;
  if (sample_bytes == 0) return;
  const double weight = sample_weight(size, sample_bytes);
  const double bytes = static_cast<double>(size);
  unseen_bytes_ += (weight - 1) * bytes;
  variance_ += weight * (weight - 1) * bytes * bytes;
}

void SampleSum::add(const SampleSum& other) {
  recorded_blocks_ += other.recorded_blocks_;
  unseen_bytes_ += other.unseen_bytes_;
  variance_ += other.variance_;
}

std::uint64_t SampleSum::bytes_error() const {
  constexpr double kZ = 2.575829;  // 99 % of a normal distribution, both sides
  constexpr double kMostBytes = 1.8e19;
  if (unseen_bytes_ <= 0) return 0;
  const double unit = variance_ / unseen_bytes_;
  const double half_width = unit * kZ * kZ / 2 + kZ * std::sqrt(variance_ + unit * unit * kZ * kZ / 4);
  return static_cast<std::uint64_t>(std::min(half_width + 0.5, kMostBytes));
}

}  // namespace leak::scan
