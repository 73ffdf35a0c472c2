#include "decode/sample_weights.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <iterator>

namespace leak::scan {

namespace {

constexpr std::uint64_t kMostSampleBytes = std::uint64_t{1}
                                           << 40;  // what a damaged record claims must not overflow
constexpr double kMostBytes = 1.8e19;              // below 2^64
constexpr std::size_t kMostPeriods = 1000;         // a recorder makes a handful

}  // namespace

double sample_weight(std::uint64_t size, std::uint64_t sample_bytes) {
  const double bytes = static_cast<double>(std::max<std::uint64_t>(size, 1));
  return -1 / std::expm1(-bytes / static_cast<double>(sample_bytes));
}

WeighedBlock weigh_sampled(std::uint64_t size, std::uint64_t sample_bytes) {
  const double weight = sample_weight(size, sample_bytes);
  const double bytes = std::min(weight * static_cast<double>(size) + 0.5, kMostBytes);
  return {static_cast<std::uint64_t>(weight * kOneBlock + 0.5), static_cast<std::uint64_t>(bytes)};
}

SamplePeriods::SamplePeriods(const std::vector<trace::SamplingRecord>& by_time,
                             std::uint32_t time_quantum_shift) {
  for (const trace::SamplingRecord& record : by_time) {
    if (periods_.size() == kMostPeriods) return;
    periods_.push_back({record.header.ticks >> time_quantum_shift,
                        std::min(record.sample_bytes, kMostSampleBytes), record.budget_permille,
                        record.measured_permille});
  }
}

std::uint64_t SamplePeriods::look_up(std::uint64_t time) const {
  const auto after =
      std::upper_bound(periods_.begin(), periods_.end(), time,
                       [](std::uint64_t value, const Period& period) { return value < period.start; });
  return after == periods_.begin() ? 0 : std::prev(after)->sample_bytes;
}

}  // namespace leak::scan
