#include "analyses/cohort_census.h"

#include <algorithm>
#include <numeric>

namespace leak::scan {

namespace {

constexpr double kPartsPerBlock = 1024;

}  // namespace

CohortCensus::CohortCensus(const CohortAxis& axis, std::size_t end) : axis_(axis), end_(end) {
  std::size_t cohorts = axis.cohort_begin.size();
  if (end + 1 < axis.moment_ns.size()) {
    const auto after = std::upper_bound(axis.cohort_begin.begin(), axis.cohort_begin.end(), end);
    cohorts = static_cast<std::size_t>(after - axis.cohort_begin.begin()) - 1;
    end_ = axis.cohort_begin[cohorts];
  }
  born_.resize(cohorts);
  dead_.resize(cohorts);
}

void CohortCensus::add(const SiteCohorts& site, double witnesses) {
  for (const SiteCohorts::Born& born : site.born) {
    if (born.cohort >= cohorts()) continue;
    born_[born.cohort] += static_cast<double>(born.parts) / kPartsPerBlock * witnesses;
  }
  for (const SiteCohorts::Died& died : site.died) {
    if (died.cohort >= cohorts() || died.moment > end_) continue;
    const double blocks = static_cast<double>(died.parts) / kPartsPerBlock * witnesses;
    dead_[died.cohort] += blocks;
    died_.push_back({died.cohort, died.moment, blocks});
  }
}

double CohortCensus::all_born() const { return std::accumulate(born_.begin(), born_.end(), 0.0); }

double CohortCensus::all_survivors() const {
  return all_born() - std::accumulate(dead_.begin(), dead_.end(), 0.0);
}

std::vector<double> CohortCensus::moments(GrowthClock clock) const {
  const std::vector<std::uint64_t>& ticks = clock == GrowthClock::kTime ? axis_.moment_ns : axis_.allocations;
  std::vector<double> result;
  const double whole = static_cast<double>(ticks[end_] - ticks.front());
  for (std::size_t i = 0; i <= end_; ++i) {
    result.push_back(whole == 0 ? 0 : static_cast<double>(ticks[i] - ticks.front()) / whole);
  }
  return result;
}

std::vector<double> CohortCensus::middles(GrowthClock clock) const {
  const std::vector<double> at = moments(clock);
  std::vector<double> result;
  for (std::size_t i = 0; i != cohorts(); ++i)
    result.push_back((at[axis_.cohort_begin[i]] + at[end_of(i)]) / 2);
  return result;
}

std::vector<CohortCensus::Death> CohortCensus::deaths(GrowthClock clock) const {
  const std::vector<double> at = moments(clock);
  std::vector<Death> result;
  result.reserve(died_.size());
  for (const Died& died : died_) {
    const double born = (at[axis_.cohort_begin[died.cohort]] + at[end_of(died.cohort)]) / 2;
    const double end = (at[died.moment - 1] + at[died.moment]) / 2;
    result.push_back({died.cohort, std::max(0.0, end - born), died.blocks});
  }
  return result;
}

}  // namespace leak::scan
