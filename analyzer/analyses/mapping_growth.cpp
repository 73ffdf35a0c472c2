#include "analyses/mapping_growth.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

namespace leak::scan {

std::optional<Trend> measure_mapping_growth(const HeapHistory& history) {
  constexpr std::size_t kWarmUpParts = 5;
  constexpr std::size_t kMinPoints = 4;
  constexpr std::size_t kMostPoints = 64;  // the trend looks at all pairs
  const std::size_t first = (history.timeline.size() + kWarmUpParts - 1) / kWarmUpParts;
  const std::size_t judged = history.timeline.size() - first;
  const std::size_t points = std::min(judged, kMostPoints);
  if (points < kMinPoints) return std::nullopt;
  std::vector<std::uint64_t> times;
  std::vector<std::uint64_t> values;
  for (std::size_t i = 0; i != points; ++i) {
    const TimelinePoint& point = history.timeline[first + i * (judged - 1) / (points - 1)];
    times.push_back(point.time_ns);
    values.push_back(point.mapped_bytes);
  }
  if (std::adjacent_find(values.begin(), values.end(), std::not_equal_to<>()) == values.end())
    return std::nullopt;
  return robust_trend(times, values);
}

}  // namespace leak::scan
