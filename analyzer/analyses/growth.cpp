#include "analyses/growth.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <functional>
#include <numeric>

namespace leak::scan {

namespace {

constexpr std::size_t kWarmUpParts = 5;  // one of them is cut off
constexpr std::size_t kMinPoints = 4;    // fewer say nothing
constexpr double kLeastLeaked = 8;       // blocks, recorded

using Series = std::vector<std::uint64_t>;

bool is_constant(const Series& values) {
  return std::adjacent_find(values.begin(), values.end(), std::not_equal_to<>()) == values.end();
}

Series after_warm_up(const Series& series) {
  const std::size_t first = (series.size() + kWarmUpParts - 1) / kWarmUpParts;
  return {series.begin() + static_cast<std::ptrdiff_t>(first), series.end()};
}

double mean(const Series& values, std::size_t begin, std::size_t end) {
  const auto at = [&values](std::size_t i) { return values.begin() + static_cast<std::ptrdiff_t>(i); };
  return std::accumulate(at(begin), at(end), 0.0) /
         static_cast<double>(std::max<std::size_t>(end - begin, 1));
}

double at_rank(std::vector<double>& values, double rank) {
  const double last = static_cast<double>(values.size() - 1);
  const auto place = values.begin() + static_cast<std::ptrdiff_t>(std::clamp(rank, 0.0, last));
  std::nth_element(values.begin(), place, values.end());
  return *place;
}

struct Amounts {
  double live_blocks = 0;
  double allocations = 0;
  double deallocations = 0;
  double witnesses = 0;  // recorded live blocks
};

std::uint64_t rise_of(const Series& series) {
  if (series.empty()) return 0;
  const std::uint64_t begin = series[series.size() / kWarmUpParts];
  return series.back() > begin ? series.back() - begin : 0;
}

// One buffer, or a few, that are made anew and larger again and again: each is young, all together never
// stop.
bool is_growing_buffer(const Amounts& amounts, const Series& bytes) {
  constexpr double kMostBlocks = 3;
  constexpr double kEachTime = 1.5;
  constexpr std::uint64_t kLeastBytes = 4096;
  if (amounts.live_blocks < 1 || amounts.live_blocks > kMostBlocks || bytes.back() < kLeastBytes)
    return false;
  const double end = static_cast<double>(bytes.back());
  const double half = static_cast<double>(bytes[bytes.size() / 2]);
  const double quarter = static_cast<double>(bytes[bytes.size() / 4]);
  return quarter > 0 && half >= kEachTime * quarter && end >= kEachTime * half;
}

bool is_spike(const Series& bytes) {
  constexpr std::uint64_t kLeastBytes = 64 << 10;
  constexpr std::uint64_t kTimesTheRest = 4;
  constexpr std::size_t kPartOfRun = 6;
  const std::uint64_t top = *std::max_element(bytes.begin(), bytes.end());
  Series sorted = bytes;
  const auto middle = sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() / 2);
  std::nth_element(sorted.begin(), middle, sorted.end());
  if (top < kLeastBytes || top / kTimesTheRest < std::max(*middle, bytes.back())) return false;
  const auto high =
      std::count_if(bytes.begin(), bytes.end(), [top](std::uint64_t value) { return value > top / 2; });
  return static_cast<std::size_t>(high) * kPartOfRun <= bytes.size();
}

// Of a site that does not leak.
GrowthVerdict kind_of(const Amounts& amounts, const Survival& survival, const Series& bytes) {
  constexpr double kKept = .02;
  constexpr double kStill = 1.10;
  const std::size_t half = bytes.size() / 2;
  const std::size_t most = bytes.size() * 7 / 8;
  const bool rises = mean(bytes, most, bytes.size()) > kStill * mean(bytes, half, most);
  if (is_spike(bytes)) return GrowthVerdict::kSpike;
  if (amounts.live_blocks == 0 || amounts.live_blocks < kKept * amounts.allocations)
    return GrowthVerdict::kChurn;
  if (survival.answer == Survival::Answer::kTooShort && rises) return GrowthVerdict::kTooShort;
  if (survival.answer == Survival::Answer::kFading && rises) return GrowthVerdict::kSlowing;
  if (amounts.deallocations > amounts.live_blocks) return GrowthVerdict::kBoundedCache;
  const std::size_t warm_up = bytes.size() / kWarmUpParts;
  const bool came_later = static_cast<double>(bytes.back()) > kStill * static_cast<double>(bytes[0]);
  if (!rises && came_later && bytes[0] != bytes[warm_up]) return GrowthVerdict::kWarmUp;
  return rises ? GrowthVerdict::kSlowing : GrowthVerdict::kFlat;
}

// What several sites did together, in the whole run or until their work was over.
struct Course {
  Series time_ns;
  Series bytes;
  Amounts amounts;
  CohortCensus census;
};

Series sum_of_bytes(const HeapHistory& history, std::span<const std::uint32_t> sites) {
  Series bytes(history.bucket_end_ns.size());
  for (const std::uint32_t index : sites) {
    const Series series = history.sites[index].live_bytes_over_time.values();
    for (std::size_t i = 0; i != std::min(series.size(), bytes.size()); ++i) bytes[i] += series[i];
  }
  return bytes;
}

Growth judge(const Course& course) {
  Growth growth;
  const Amounts& amounts = course.amounts;
  const Series times = after_warm_up(course.time_ns);
  if (times.size() < kMinPoints) return growth;
  if (const Series values = after_warm_up(course.bytes); amounts.live_blocks > 0 && !is_constant(values))
    growth.trend = robust_trend(times, values);
  if (amounts.witnesses >= kLeastLeaked && course.census.cohorts() >= kLeastCohorts)
    growth.survival = judge_survival(course.census);
  growth.buffer = is_growing_buffer(amounts, course.bytes);
  growth.rises_to_end = rises_to_the_end(course.bytes);
  growth.rise_bytes = rise_of(course.bytes);
  const bool leaks = growth.survival.answer == Survival::Answer::kPlateau || growth.buffer;
  growth.verdict = leaks ? GrowthVerdict::kLeak : kind_of(amounts, growth.survival, course.bytes);
  return growth;
}

Growth judge_whole_run(const HeapHistory& history, std::span<const std::uint32_t> sites,
                       const Series& bytes) {
  Course course{history.bucket_end_ns, bytes, {}, CohortCensus(history.cohorts)};
  for (const std::uint32_t index : sites) {
    const Site& site = history.sites[index];
    const double live = static_cast<double>(site.live.blocks);
    const double recorded = static_cast<double>(site.recorded_live_blocks);
    course.amounts.live_blocks += live;
    course.amounts.allocations += static_cast<double>(site.allocations);
    course.amounts.deallocations += static_cast<double>(site.deallocations);
    course.amounts.witnesses += recorded;
    course.census.add(site.cohorts, live > recorded && recorded > 0 ? recorded / live : 1);
  }
  return judge(course);
}

// Of sites that lose most of what they had when the work was over.
std::optional<Growth> judge_until(std::size_t work_end, const HeapHistory& history,
                                  std::span<const std::uint32_t> sites, Series bytes) {
  constexpr std::uint64_t kMostKept = 4;  // one part of so many
  const std::uint64_t kept = bytes.empty() ? 0 : bytes.back();
  Series times = history.bucket_end_ns;
  while (!times.empty() && times.back() > history.cohorts.moment_ns[work_end]) times.pop_back();
  bytes.resize(times.size());
  if (bytes.empty() || bytes.back() == 0 || kept > bytes.back() / kMostKept) return std::nullopt;
  Course course{std::move(times), std::move(bytes), {}, CohortCensus(history.cohorts, work_end)};
  for (const std::uint32_t index : sites) course.census.add(history.sites[index].cohorts, 1);
  course.amounts.live_blocks = course.amounts.witnesses = course.census.all_survivors();
  course.amounts.allocations = course.census.all_born();
  course.amounts.deallocations = course.amounts.allocations - course.amounts.live_blocks;
  Growth growth = judge(course);
  if (growth.verdict != GrowthVerdict::kLeak) return std::nullopt;
  growth.given_back = {static_cast<std::uint64_t>(std::llround(course.amounts.live_blocks)),
                       course.bytes.back()};
  growth.rise_bytes = 0;
  return growth;
}

}  // namespace

const char* name_of(GrowthVerdict verdict) {
  switch (verdict) {
    case GrowthVerdict::kFlat:
      return "flat";
    case GrowthVerdict::kWarmUp:
      return "warm_up";
    case GrowthVerdict::kChurn:
      return "churn";
    case GrowthVerdict::kSpike:
      return "spike";
    case GrowthVerdict::kBoundedCache:
      return "bounded_cache";
    case GrowthVerdict::kSlowing:
      return "slowing";
    case GrowthVerdict::kTooShort:
      return "too_short";
    case GrowthVerdict::kLeak:
      return "leak";
  }
  return "";
}

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
  Trend trend;
  const double pairs = static_cast<double>(slopes.size());
  trend.confidence = std::fabs(static_cast<double>(rises)) / pairs;
  const double n = static_cast<double>(values.size());
  const double margin = 1.96 * std::sqrt(n * (n - 1) * (2 * n + 5) / 18);
  trend.low_per_s = at_rank(slopes, (pairs - margin) / 2);
  trend.high_per_s = at_rank(slopes, (pairs + margin) / 2);
  const auto middle = slopes.begin() + static_cast<std::ptrdiff_t>(slopes.size() / 2);
  std::nth_element(slopes.begin(), middle, slopes.end());
  trend.slope_per_s = *middle;
  if (slopes.size() % 2 == 0) trend.slope_per_s = (*middle + *std::max_element(slopes.begin(), middle)) / 2;
  return trend;
}

std::optional<std::size_t> end_of_work(const HeapHistory& history) {
  constexpr double kNearlyAll = .95;  // of the allocations
  constexpr double kNearlyTop = .98;
  const CohortAxis& axis = history.cohorts;
  if (axis.allocations.empty() || !history.sampling.empty()) return std::nullopt;
  const double all = static_cast<double>(axis.allocations.back());
  std::size_t first = 0;
  while (static_cast<double>(axis.allocations[first]) < kNearlyAll * all) ++first;
  const auto is_tail = [&](const TimelinePoint& point) {
    return point.time_ns >= axis.moment_ns[first] && point.time_ns <= axis.moment_ns.back();
  };
  std::uint64_t top = 0;
  for (const TimelinePoint& point : history.timeline) {
    if (is_tail(point)) top = std::max(top, point.heap.bytes);
  }
  std::uint64_t fall_ns = 0;
  for (const TimelinePoint& point : history.timeline) {
    if (is_tail(point) && static_cast<double>(point.heap.bytes) >= kNearlyTop * static_cast<double>(top))
      fall_ns = point.time_ns;
  }
  const auto after = std::upper_bound(axis.moment_ns.begin(), axis.moment_ns.end(), fall_ns);
  const auto end = static_cast<std::size_t>(after - axis.moment_ns.begin());
  if (end < 2 || end == axis.moment_ns.size()) return std::nullopt;
  return end - 1;
}

bool rises_to_the_end(const std::vector<std::uint64_t>& values) {
  constexpr std::size_t kParts = 4;
  const std::size_t warm_up = values.size() / kWarmUpParts;
  const std::size_t judged = values.size() - warm_up;
  if (judged < 2 * kParts) return false;
  std::array<double, kParts> means{};
  for (std::size_t part = 0; part != kParts; ++part) {
    const std::size_t begin = warm_up + judged * part / kParts;
    const std::size_t end = warm_up + judged * (part + 1) / kParts;
    for (std::size_t i = begin; i != end; ++i) means[part] += static_cast<double>(values[i]);
    means[part] /= static_cast<double>(end - begin);
  }
  const double average_step = (means.back() - means.front()) / (kParts - 1);
  for (std::size_t part = 1; part != kParts; ++part) {
    // A curve that flattens out is a cache that fills up, one that falls back is a sawtooth.
    if (means[part] - means[part - 1] < average_step * 0.4) return false;
  }
  return average_step > 0;
}

Growth judge_growth(const HeapHistory& history, std::span<const std::uint32_t> sites,
                    std::optional<std::size_t> work_end) {
  const Series bytes = sum_of_bytes(history, sites);
  Growth growth = judge_whole_run(history, sites, bytes);
  if (growth.verdict == GrowthVerdict::kLeak || !work_end) return growth;
  return judge_until(*work_end, history, sites, bytes).value_or(growth);
}

std::uint64_t rise_of_all(const HeapHistory& history) {
  std::uint64_t sum = 0;
  for (const Site& site : history.sites) sum += rise_of(site.live_bytes_over_time.values());
  return sum;
}

std::vector<Growth> measure_growth(const HeapHistory& history) {
  std::vector<Growth> result;
  result.reserve(history.sites.size());
  const std::optional<std::size_t> work_end = end_of_work(history);
  for (std::uint32_t i = 0; i != history.sites.size(); ++i)
    result.push_back(judge_growth(history, {&i, 1}, work_end));
  return result;
}

}  // namespace leak::scan
