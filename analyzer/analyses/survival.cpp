#include "analyses/survival.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace leak::scan {

namespace {

struct BirthWindow {
  double begin = 0;
  double end = 0;
};
constexpr std::array<BirthWindow, 3> kBirthWindows = {{{.15, .65}, {.10, .35}, {.45, .75}}};

constexpr double kFollowUp = 1.5;       // times the 99 % lifetime of blocks that are freed
constexpr double kLeastSurvivors = 5;   // of a window
constexpr double kMostMortality = .40;  // upper bound of the share that dies in the second half of follow-up
constexpr double kLeastLateRate = .25;  // against that of the window
constexpr double kLeastLateSurvivors = 2;
constexpr double kWarmUp = .125;
constexpr unsigned kWindows = 32;
constexpr unsigned kLeastWindows = 5;
constexpr double kLeastSpread = .30;  // of the windows that as many survivors would fill by chance
constexpr double kLeastFade = .4;
constexpr double kMissedLeaks = 1.9;  // standard errors: how many steady leaks may be taken for fading ones

// Of a share with `hits` of `trials`, 95 % (Wilson, 1927).
double wilson_upper(double hits, double trials) {
  constexpr double kZ = 1.96;
  const double share = hits / trials;
  const double square = kZ * kZ / trials;
  const double margin = kZ * std::sqrt(share * (1 - share) / trials + square / (4 * trials));
  return (share + square / 2 + margin) / (1 + square);
}

// The age that 99 % of the blocks that were freed did not reach.
double long_lifetime(std::vector<CohortCensus::Death> deaths) {
  std::sort(deaths.begin(), deaths.end(), [](const auto& a, const auto& b) { return a.age < b.age; });
  double total = 0;
  for (const CohortCensus::Death& death : deaths) total += death.blocks;
  double sum = 0;
  for (const CohortCensus::Death& death : deaths) {
    sum += death.blocks;
    if (sum >= .99 * total) return death.age;
  }
  return 0;
}

// Births of survivors as a power law of the time: the exponent that makes `mean_log` of the birth times in
// (begin, 1] the likeliest (the power law process of Crow, 1974, seen from `begin` on). `mean_log` rises with
// the exponent, so it is found by halving.
double expected_log(double exponent, double begin) {
  const double log_begin = std::log(begin);
  if (std::fabs(exponent) < 1e-6) return log_begin / 2;
  const double power = std::pow(begin, exponent);
  return (-power * log_begin) / (1 - power) - 1 / exponent;
}

double birth_exponent(double mean_log, double begin) {
  double low = -4;
  double high = 8;
  for (int i = 0; i != 50; ++i) {
    const double middle = (low + high) / 2;
    (expected_log(middle, begin) < mean_log ? low : high) = middle;
  }
  return low;
}

// Standard deviation of the logarithm of a time that is uniform in (begin, 1].
double uniform_log_deviation(double begin) {
  const double log_begin = std::log(begin);
  const double square = (2 - begin * (log_begin * log_begin - 2 * log_begin + 2)) / (1 - begin);
  const double mean = expected_log(1, begin);
  return std::sqrt(square - mean * mean);
}

class ClockJudge {
 public:
  ClockJudge(const CohortCensus& census, GrowthClock clock)
      : census_(census),
        clock_(clock),
        middles_(census.middles(clock)),
        deaths_(census.deaths(clock)),
        long_lifetime_(long_lifetime(deaths_)) {}

  Survival judge() const {
    Survival best;
    best.clock = clock_;
    best.answer = Survival::Answer::kTooShort;
    bool is_any_judged = false;
    for (const BirthWindow& window : kBirthWindows) {
      const double follow_up = 1 - window.end;
      if (follow_up < kFollowUp * long_lifetime_) continue;
      Survival survival = judge_window(window, follow_up);
      if (!is_any_judged || survival.answer > best.answer) best = survival;
      is_any_judged = true;
    }
    return best;
  }

 private:
  struct Fate {
    double at_risk = 0;
    double dead = 0;
    double survivors() const { return at_risk - dead; }
  };

  Fate fate_of(const BirthWindow& window, double follow_up) const {
    Fate fate;
    for (std::size_t i = 0; i != middles_.size(); ++i) {
      if (is_in(i, window)) fate.at_risk += census_.born(i);
    }
    for (const CohortCensus::Death& death : deaths_) {
      if (!is_in(death.cohort, window) || death.age > follow_up) continue;
      (death.age <= follow_up / 2 ? fate.at_risk : fate.dead) +=
          death.age <= follow_up / 2 ? -death.blocks : death.blocks;
    }
    return fate;
  }

  bool is_in(std::size_t cohort, const BirthWindow& window) const {
    return middles_[cohort] >= window.begin && middles_[cohort] < window.end;
  }

  Survival judge_window(const BirthWindow& window, double follow_up) const {
    Survival survival;
    survival.clock = clock_;
    const Fate fate = fate_of(window, follow_up);
    survival.survivors = fate.survivors();
    if (survival.survivors < kLeastSurvivors) return survival;
    survival.share = survival.survivors / fate.at_risk;
    if (wilson_upper(fate.dead, fate.at_risk) > kMostMortality) return survival;
    judge_births(window, follow_up, survival);
    return survival;
  }

  // Whether immortal blocks are made all the time.
  void judge_births(const BirthWindow& window, double follow_up, Survival& survival) const {
    const double late_end = 1 - follow_up / 4;
    double late = 0;
    double count = 0;
    double log_sum = 0;
    std::array<double, kWindows> by_window{};
    for (std::size_t i = 0; i != middles_.size(); ++i) {
      const double survivors = census_.survivors(i);
      if (survivors <= 0) continue;
      const double at = middles_[i];
      if (at >= window.end && at < late_end) late += survivors;
      by_window[std::min<std::size_t>(kWindows - 1, static_cast<std::size_t>(at * kWindows))] += survivors;
      if (at < kWarmUp || at >= late_end) continue;
      count += survivors;
      log_sum += survivors * std::log(at / late_end);
    }
    for (unsigned i = 0; i != kWindows; ++i) {
      if (i >= kWindows * kWarmUp && by_window[i] > 0) ++survival.windows;
    }
    const double mid_rate = survival.survivors / (window.end - window.begin);
    survival.late_over_mid = late / (late_end - window.end) / mid_rate;
    const double begin = kWarmUp / late_end;
    survival.fade = birth_exponent(log_sum / count, begin);
    const double standard_error = uniform_log_deviation(begin) / std::sqrt(count);
    const bool is_steady =
        log_sum / count >=
        std::min(expected_log(kLeastFade, begin), expected_log(1, begin) - kMissedLeaks * standard_error);
    if (late < kLeastLateSurvivors || survival.late_over_mid < kLeastLateRate || !is_steady) {
      survival.answer = Survival::Answer::kFading;
      return;
    }
    const double last_windows = kWindows * (1 - kWarmUp);
    const double by_chance = last_windows * (1 - std::pow(1 - 1 / last_windows, count));
    const bool is_spread = survival.windows >= kLeastWindows && survival.windows >= kLeastSpread * by_chance;
    survival.answer = is_spread ? Survival::Answer::kPlateau : Survival::Answer::kPhases;
  }

  const CohortCensus& census_;
  GrowthClock clock_;
  std::vector<double> middles_;
  std::vector<CohortCensus::Death> deaths_;
  double long_lifetime_;
};

}  // namespace

Survival judge_survival(const CohortCensus& census) {
  const Survival by_time = ClockJudge(census, GrowthClock::kTime).judge();
  const Survival by_work = ClockJudge(census, GrowthClock::kAllocations).judge();
  return by_work.answer > by_time.answer ? by_work : by_time;
}

}  // namespace leak::scan
