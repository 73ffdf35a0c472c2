// How fast each site grows, and how surely: numbers only, no verdicts.
#pragma once

#include <cstdint>
#include <vector>

#include "replay/heap_history.h"

namespace leak::scan {

struct SiteGrowth {
  std::uint32_t site = 0;        // index into HeapHistory::sites
  double slope_bytes_per_s = 0;  // of live bytes, after the warm-up
  double confidence = 0;  // 0..1: how much more often later is above earlier than below, whatever the slope
};

// One entry for each site whose live bytes changed after the warm-up, the first fifth of the run.
std::vector<SiteGrowth> measure_growth(const HeapHistory& history);

// The median of the slopes between all pairs of points (Theil and Sen): up to a quarter of the points may be
// wild without moving it. Requires: both of one size; times rising.
struct Trend {
  double slope_per_s = 0;
  double confidence = 0;  // |Kendall's tau|
};
Trend robust_trend(const std::vector<std::uint64_t>& time_ns, const std::vector<std::uint64_t>& values);

}  // namespace leak::scan
