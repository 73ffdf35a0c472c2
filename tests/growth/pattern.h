// Synthetic behaviours of an allocation site over a run, as the lives of its blocks: what the growth verdicts
// are measured on. A pattern makes new lives from each seed; nothing else in it is left to chance.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "replay/cohorts.h"

namespace leak::test {

inline constexpr int kRequests = 20'000;
inline constexpr double kForever = 2;  // after the end of the run, which is 1

struct Life {
  double born = 0;
  double died = kForever;
};

// One run of a server: when its requests came, and what became of the blocks of one site.
class Run {
 public:
  explicit Run(std::uint64_t seed) : random_(seed) {}

  // Requests come evenly, or more often by day than by night, four times.
  void serve_evenly();
  void serve_by_day();
  const std::vector<double>& requests() const { return requests_; }

  void live(double born, double died = kForever) { lives_.push_back({born, died}); }
  const std::vector<Life>& lives() const { return lives_; }
  // The program ends tidily: what is left at that time dies then, and nothing is born any more.
  void free_all(double at) {
    std::erase_if(lives_, [at](const Life& life) { return life.born > at; });
    for (Life& life : lives_) life.died = std::min(life.died, at);
  }

  bool chance(double probability) { return uniform() < probability; }
  double uniform() { return std::uniform_real_distribution<double>(0, 1)(random_); }
  double uniform(double from, double to) { return from + (to - from) * uniform(); }
  double exponential(double mean) { return -mean * std::log(1 - uniform()); }
  double pareto(double least, double alpha) { return least / std::pow(1 - uniform(), 1 / alpha); }
  double lognormal(double median, double sigma) {
    return median * std::exp(std::normal_distribution<double>(0, sigma)(random_));
  }
  std::size_t pick(std::size_t count) {
    return std::uniform_int_distribution<std::size_t>(0, count - 1)(random_);
  }
  // From 0 on, the k-th `exponent` times less often than the first.
  std::size_t zipf(const std::vector<double>& sums) {
    const double at = uniform() * sums.back();
    return static_cast<std::size_t>(std::lower_bound(sums.begin(), sums.end(), at) - sums.begin());
  }

 private:
  std::mt19937_64 random_;
  std::vector<double> requests_;
  std::vector<Life> lives_;
};

struct Pattern {
  std::string name;
  bool leaks = false;
  std::function<void(Run&)> play;
};

// Those that the rules were tuned on, and those that they had not seen before their figures were written
// down.
std::vector<Pattern> tuned_patterns();
std::vector<Pattern> held_out_patterns();

// What the replay makes of such a run: 32 moments divide the time, 32 the allocations.
struct PlayedSite {
  scan::CohortAxis axis;
  scan::SiteCohorts cohorts;
};
PlayedSite play(const Pattern& pattern, std::uint64_t seed);

}  // namespace leak::test
