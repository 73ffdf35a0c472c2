// Whether a site grows, how fast, and what kind of growth it is.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "analyses/survival.h"
#include "replay/heap_history.h"

namespace leak::scan {

enum class GrowthVerdict : std::uint8_t {
  kFlat,          // what there is was there early and stays
  kWarmUp,        // made in the first part of the run and kept
  kChurn,         // comes and goes
  kSpike,         // one short, high wave
  kBoundedCache,  // kept for long, but what is old makes room
  kSlowing,       // still grows, but less and less
  kTooShort,      // its blocks live about as long as the run: nothing can be said
  kLeak           // piles up steadily until the end
};
// "bounded_cache", "leak", ...
const char* name_of(GrowthVerdict verdict);

// The median of the slopes between all pairs of points (Theil and Sen): up to a quarter of the points may be
// wild without moving it. Requires: both of one size; times rising.
struct Trend {
  double slope_per_s = 0;
  double low_per_s = 0;  // of its 95 % interval (Sen, 1968)
  double high_per_s = 0;
  double confidence = 0;  // |Kendall's tau|: how much more often later is above earlier than below
};
Trend robust_trend(const std::vector<std::uint64_t>& time_ns, const std::vector<std::uint64_t>& values);

struct Growth {
  GrowthVerdict verdict = GrowthVerdict::kFlat;
  Trend trend;                   // of live bytes, after the warm-up, the first fifth of the run
  Survival survival;             // of its blocks
  bool buffer = false;           // a leak of few blocks that become ever larger
  bool rises_to_end = false;     // rises_to_the_end() of its live bytes
  std::uint64_t rise_bytes = 0;  // from the end of the warm-up to the end of the run; 0: it fell
  // Of a leak that went on until the work was over, what it had then: most of that was freed while the
  // program ended. The figures above are of the time before; the rise is not counted, for nothing rose.
  std::optional<BlockTotals> given_back;
};

// When the work of the run was over, as the number of a moment of history.cohorts: the last one before the
// heap falls and nearly nothing is allocated any more. A program that frees all it has as it ends does so
// then. nullopt: it worked until its end, or the trace is a sample, which knows too few blocks of what is
// freed.
std::optional<std::size_t> end_of_work(const HeapHistory& history);

// Of several sites together; nothing is said of runs with too few moments. `work_end`: end_of_work(). Requires:
// indices into history.sites.
Growth judge_growth(const HeapHistory& history, std::span<const std::uint32_t> sites,
                    std::optional<std::size_t> work_end);

// True when `values` still climbs at its end after a warm-up: no plateau, no sawtooth.
bool rises_to_the_end(const std::vector<std::uint64_t>& values);

// What all sites that rose since the warm-up rose by.
std::uint64_t rise_of_all(const HeapHistory& history);

// One for each of history.sites.
std::vector<Growth> measure_growth(const HeapHistory& history);

}  // namespace leak::scan
