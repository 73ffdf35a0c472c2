#include "analyses/residency.h"

#include <algorithm>
#include <cstddef>
#include <vector>

namespace leak::scan {

namespace {

constexpr std::uint64_t kShortestRunNs = 1'000'000'000;
constexpr std::uint64_t kLeastBytes = 8U << 20;  // the recorder and the stacks of a few threads need less
constexpr std::size_t kLeastPoints = 20;
constexpr std::size_t kTail = 10;
constexpr std::size_t kWarmUpParts = 5;
constexpr std::size_t kMostPoints = 64;  // the trend looks at all pairs
constexpr double kSure = .8;

std::uint64_t beyond(const TimelinePoint& point) {
  const std::uint64_t known = point.heap.bytes + point.mapped_bytes;
  return point.anonymous_bytes > known ? point.anonymous_bytes - known : 0;
}

std::int64_t rise(std::uint64_t from, std::uint64_t to) {
  return static_cast<std::int64_t>(to) - static_cast<std::int64_t>(from);
}

std::optional<Trend> growth_alone(const std::vector<TimelinePoint>& points) {
  const std::size_t first = (points.size() + kWarmUpParts - 1) / kWarmUpParts;
  const TimelinePoint& begin = points[first];
  const TimelinePoint& end = points.back();
  const std::int64_t all = rise(begin.anonymous_bytes, end.anonymous_bytes);
  const std::int64_t known =
      rise(begin.heap.bytes, end.heap.bytes) + rise(begin.mapped_bytes, end.mapped_bytes);
  if (all < static_cast<std::int64_t>(kLeastBytes) || known * 4 > all) return std::nullopt;
  const std::size_t judged = points.size() - first;
  const std::size_t count = std::min(judged, kMostPoints);
  std::vector<std::uint64_t> times;
  std::vector<std::uint64_t> values;
  for (std::size_t i = 0; i != count; ++i) {
    const TimelinePoint& point = points[first + i * (judged - 1) / (count - 1)];
    times.push_back(point.time_ns);
    values.push_back(point.anonymous_bytes);
  }
  const Trend trend = robust_trend(times, values);
  // What stands still in the last quarter has found its level.
  const TimelinePoint& late = points[points.size() - judged / 4];
  const bool still_rises = rise(late.anonymous_bytes, end.anonymous_bytes) * 10 > all;
  return trend.low_per_s > 0 && trend.confidence >= kSure && still_rises ? std::optional(trend) : std::nullopt;
}

}  // namespace

std::optional<Residency> measure_residency(const HeapHistory& history) {
  const std::vector<TimelinePoint>& points = history.timeline;
  if (history.process.duration_ns < kShortestRunNs || points.size() < kLeastPoints ||
      points.back().anonymous_bytes == 0) {
    return std::nullopt;
  }
  const auto tail = points.end() - static_cast<std::ptrdiff_t>(points.size() / kTail);
  // Destructors may have emptied the heap at the very end.
  const TimelinePoint& point = *std::min_element(
      tail, points.end(), [](const TimelinePoint& a, const TimelinePoint& b) { return beyond(a) < beyond(b); });
  Residency residency{point.time_ns,    point.rss_bytes,    point.anonymous_bytes, point.heap.bytes,
                      point.mapped_bytes, beyond(point), false,                 std::nullopt};
  std::uint64_t highest = 0;
  for (const TimelinePoint& one : points) highest = std::max(highest, one.heap_max_bytes);
  const std::uint64_t freed = highest - std::min(highest, point.heap.bytes);
  residency.keeps_freed = residency.beyond_bytes >= kLeastBytes &&
                          residency.beyond_bytes * 2 >= residency.anonymous_bytes &&
                          freed * 2 >= residency.beyond_bytes;
  residency.growth = growth_alone(points);
  return residency;
}

}  // namespace leak::scan
