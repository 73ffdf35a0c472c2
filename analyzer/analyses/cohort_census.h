// The cohorts of one or several sites on a clock of the run: who was born when, who died at what age.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "replay/cohorts.h"

namespace leak::scan {

enum class GrowthClock : std::uint8_t { kTime, kAllocations };

class CohortCensus {
 public:
  // `axis` must outlive this. What happened after moment `end` of it is left out: where that is within a
  // cohort, after the beginning of that one. The run ends there.
  explicit CohortCensus(const CohortAxis& axis) : CohortCensus(axis, axis.moment_ns.size() - 1) {}
  CohortCensus(const CohortAxis& axis, std::size_t end);

  // `witnesses`: recorded blocks for each block of the cohorts, 1 unless the trace is a sample. What is
  // counted here are witnesses: three recorded blocks are three, however many they stand for.
  void add(const SiteCohorts& site, double witnesses);

  std::size_t cohorts() const { return born_.size(); }

  double born(std::size_t cohort) const { return born_[cohort]; }
  double survivors(std::size_t cohort) const { return born_[cohort] - dead_[cohort]; }
  double all_born() const;
  double all_survivors() const;

  // Positions on a clock that runs from 0 to 1; the middle of the time in which the cohort was born.
  std::vector<double> middles(GrowthClock clock) const;

  struct Death {
    std::uint32_t cohort = 0;
    double age = 0;
    double blocks = 0;
  };
  std::vector<Death> deaths(GrowthClock clock) const;

 private:
  std::vector<double> moments(GrowthClock clock) const;
  std::size_t end_of(std::size_t cohort) const {
    return cohort + 1 == cohorts() ? end_ : axis_.cohort_begin[cohort + 1];
  }

  struct Died {
    std::uint32_t cohort;
    std::uint32_t moment;
    double blocks;
  };
  const CohortAxis& axis_;
  std::size_t end_;  // a moment
  std::vector<double> born_;
  std::vector<double> dead_;
  std::vector<Died> died_;
};

}  // namespace leak::scan
