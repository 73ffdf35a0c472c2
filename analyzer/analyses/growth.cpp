#include "analyses/growth.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>

namespace leak::scan {

namespace {

constexpr std::size_t kWarmUpParts = 5;  // one of them is cut off
constexpr std::size_t kMinPoints = 4;    // fewer say nothing

bool is_constant(const std::vector<std::uint64_t>& values) {
  return std::adjacent_find(values.begin(), values.end(), std::not_equal_to<>()) == values.end();
}

}  // namespace

Trend robust_trend(const std::vector<std::uint64_t>& time_ns, const std::vector<std::uint64_t>& values) {
  std::vector<double> slopes;
  slopes.reserve(values.size() * values.size() / 2);
  std::ptrdiff_t rises = 0;
  for (std::size_t i = 0; i != values.size(); ++i) {
    for (std::size_t k = i + 1; k != values.size(); ++k) {
      if (time_ns[k] <= time_ns[i]) continue;
      const double rise = static_cast<double>(values[k]) - static_cast<double>(values[i]);
      slopes.push_back(rise / (static_cast<double>(time_ns[k] - time_ns[i]) / 1e9));
      rises += rise > 0 ? 1 : rise < 0 ? -1 : 0;
    }
  }
  if (slopes.empty()) return {};
  const auto middle = slopes.begin() + static_cast<std::ptrdiff_t>(slopes.size() / 2);
  std::nth_element(slopes.begin(), middle, slopes.end());
  Trend trend;
  trend.slope_per_s = *middle;
  if (slopes.size() % 2 == 0) trend.slope_per_s = (*middle + *std::max_element(slopes.begin(), middle)) / 2;
  trend.confidence = std::fabs(static_cast<double>(rises)) / static_cast<double>(slopes.size());
  return trend;
}

std::vector<SiteGrowth> measure_growth(const HeapHistory& history) {
  std::vector<SiteGrowth> result;
  const std::size_t points = history.bucket_end_ns.size();
  const std::size_t first = (points + kWarmUpParts - 1) / kWarmUpParts;
  if (points < first + kMinPoints) return result;
  const auto after_warm_up = [first](const std::vector<std::uint64_t>& series) {
    return std::vector<std::uint64_t>(series.begin() + static_cast<std::ptrdiff_t>(first), series.end());
  };
  const std::vector<std::uint64_t> times = after_warm_up(history.bucket_end_ns);
  for (std::uint32_t i = 0; i != history.sites.size(); ++i) {
    if (history.sites[i].live_bytes_over_time.size() != points) continue;
    const std::vector<std::uint64_t> values = after_warm_up(history.sites[i].live_bytes_over_time);
    if (is_constant(values)) continue;
    const Trend trend = robust_trend(times, values);
    result.push_back({i, trend.slope_per_s, trend.confidence});
  }
  return result;
}

}  // namespace leak::scan
