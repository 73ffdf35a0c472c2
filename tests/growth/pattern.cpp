#include "growth/pattern.h"

#include <map>
#include <utility>

namespace leak::test {

namespace {

constexpr int kParts = 32;
constexpr int kOtherAllocations = 4;  // of each request, by other sites
constexpr double kNanoseconds = 6e10;
constexpr std::uint64_t kPartsPerBlock = 1024;

std::vector<double> moments_of(const Run& run, std::vector<double>& allocations) {
  for (const double request : run.requests())
    allocations.insert(allocations.end(), kOtherAllocations, request);
  for (const Life& life : run.lives()) allocations.push_back(life.born);
  std::sort(allocations.begin(), allocations.end());
  std::vector<double> moments = {0};
  for (int i = 1; i <= kParts; ++i) moments.push_back(static_cast<double>(i) / kParts);
  for (std::size_t i = 1; i != kParts; ++i) moments.push_back(allocations[allocations.size() * i / kParts]);
  std::sort(moments.begin(), moments.end());
  moments.erase(std::unique(moments.begin(), moments.end()), moments.end());
  return moments;
}

// The interval of `moments` that `time` is in: (moments[i], moments[i + 1]].
std::uint32_t interval_of(const std::vector<double>& moments, double time) {
  const auto after = std::lower_bound(moments.begin() + 1, moments.end() - 1, time);
  return static_cast<std::uint32_t>(after - moments.begin() - 1);
}

}  // namespace

void Run::serve_evenly() {
  for (int i = 0; i != kRequests; ++i) requests_.push_back(uniform());
  std::sort(requests_.begin(), requests_.end());
}

void Run::serve_by_day() {
  while (requests_.size() != kRequests) {
    const double time = uniform();
    if (chance(.55 - .45 * std::cos(8 * M_PI * time))) requests_.push_back(time);
  }
  std::sort(requests_.begin(), requests_.end());
}

PlayedSite play(const Pattern& pattern, std::uint64_t seed) {
  Run run(seed);
  pattern.play(run);
  std::vector<double> allocations;
  const std::vector<double> moments = moments_of(run, allocations);
  PlayedSite site;
  for (std::uint32_t i = 0; i != moments.size(); ++i) {
    site.axis.moment_ns.push_back(static_cast<std::uint64_t>(moments[i] * kNanoseconds));
    site.axis.allocations.push_back(static_cast<std::uint64_t>(
        std::upper_bound(allocations.begin(), allocations.end(), moments[i]) - allocations.begin()));
    if (i + 1 != moments.size()) site.axis.cohort_begin.push_back(i);
  }
  std::map<std::uint32_t, std::uint64_t> born;
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint64_t> died;
  for (const Life& life : run.lives()) {
    if (life.born < 0 || life.born > 1) continue;
    const std::uint32_t cohort = interval_of(moments, life.born);
    born[cohort] += kPartsPerBlock;
    if (life.died <= 1) died[{cohort, interval_of(moments, life.died) + 1}] += kPartsPerBlock;
  }
  for (const auto& [cohort, parts] : born) site.cohorts.born.push_back({cohort, parts});
  for (const auto& [when, parts] : died) site.cohorts.died.push_back({when.first, when.second, parts});
  return site;
}

}  // namespace leak::test
