// Writes down the births and deaths of each site's cohorts while a replay runs (cohorts.h). The engine counts
// allocations that follow a moment in new sites of its own, so that counting costs nothing per event: what a
// cohort has lost is what ended of its sites.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "replay/heap_history.h"
#include "replay/heap_ledger.h"

namespace leak::scan {

class CohortRecorder {
 public:
  // There will be `moments` moments after the beginning.
  void begin(std::uint64_t time_ns, std::size_t moments);

  // Call both at each moment; they share nothing, so record() may run on the ledger's thread.
  // begins_cohort(): true when the engine shall begin a cohort, whose first site will be number
  // `engine_sites`.
  bool begins_cohort(std::size_t engine_sites);
  void record(std::uint64_t time_ns, const HeapLedger& ledger);

  // `final_site`: as for HistoryRecorder::finish.
  void finish(const std::vector<std::uint32_t>& final_site, const HeapLedger& ledger, HeapHistory& history);

 private:
  struct Ended {
    std::uint32_t site;  // the engine's
    std::uint64_t parts;
  };
  std::uint32_t cohort_of(std::size_t engine_site) const;

  // Of begins_cohort().
  std::size_t moments_ = 0;
  std::size_t moment_ = 0;
  std::vector<std::uint32_t> cohort_begin_;
  std::vector<std::size_t> first_site_;  // of each cohort but the first

  // Of record().
  CohortAxis axis_;
  std::vector<std::uint64_t> ended_;      // index: the engine's site; as of the last moment
  std::vector<std::vector<Ended>> died_;  // index: moment - 1
};

}  // namespace leak::scan
