#include "replay/cohort_recorder.h"

#include <algorithm>
#include <utility>

namespace leak::scan {

namespace {

// The engine's sites that cohorts may add, about 150 bytes each; a program with more than this lets some
// cohorts span several moments.
constexpr std::size_t kMostCohortSites = std::size_t{1} << 20;

}  // namespace

void CohortRecorder::begin(std::uint64_t time_ns, std::size_t moments) {
  moments_ = moments;
  axis_.moment_ns.push_back(time_ns);
  axis_.allocations.push_back(0);
  cohort_begin_.push_back(0);
}

bool CohortRecorder::begins_cohort(std::size_t engine_sites) {
  ++moment_;
  if (moment_ >= moments_ || engine_sites > kMostCohortSites / moments_ * moment_) return false;
  cohort_begin_.push_back(static_cast<std::uint32_t>(moment_));
  first_site_.push_back(engine_sites);
  return true;
}

void CohortRecorder::record(std::uint64_t time_ns, const HeapLedger& ledger) {
  const std::vector<SiteCounters>& sites = ledger.sites();
  std::vector<Ended>& died = died_.emplace_back();
  ended_.resize(sites.size());
  std::uint64_t allocated_parts = 0;
  for (std::uint32_t i = 0; i != sites.size(); ++i) {
    allocated_parts += sites[i].allocated.parts;
    const std::uint64_t ended = sites[i].ended.parts;
    if (ended == ended_[i]) continue;
    died.push_back({i, ended - std::exchange(ended_[i], ended)});
  }
  died.shrink_to_fit();
  axis_.moment_ns.push_back(time_ns);
  axis_.allocations.push_back(whole_blocks(allocated_parts));
}

std::uint32_t CohortRecorder::cohort_of(std::size_t engine_site) const {
  const auto after = std::upper_bound(first_site_.begin(), first_site_.end(), engine_site);
  return static_cast<std::uint32_t>(after - first_site_.begin());
}

void CohortRecorder::finish(const std::vector<std::uint32_t>& final_site, const HeapLedger& ledger,
                            HeapHistory& history) {
  constexpr std::uint32_t kNotShown = 0xffffffff;
  for (std::size_t i = 0; i != final_site.size(); ++i) {
    const std::uint64_t born = ledger.sites()[i].allocated.parts;
    if (final_site[i] == kNotShown || born == 0) continue;
    history.sites[final_site[i]].cohorts.born.push_back({cohort_of(i), born});
  }
  for (std::uint32_t moment = 0; moment != died_.size(); ++moment) {
    for (const Ended& ended : died_[moment]) {
      const std::uint32_t site = final_site[ended.site];
      if (site == kNotShown) continue;
      history.sites[site].cohorts.died.push_back({cohort_of(ended.site), moment + 1, ended.parts});
    }
    std::vector<Ended>().swap(died_[moment]);
  }
  axis_.cohort_begin = std::move(cohort_begin_);
  history.cohorts = std::move(axis_);
}

}  // namespace leak::scan
