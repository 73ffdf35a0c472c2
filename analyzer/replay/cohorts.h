// When the blocks of a site were born and when they died, in cohorts: a cohort is what was born between two
// moments of the run. There are a fixed number of moments, so the memory that this takes depends on the
// number of sites, never on that of events. Half of the moments divide the time evenly, half the events,
// because a program may do all of its work in a small part of its time.
#pragma once

#include <cstdint>
#include <vector>

namespace leak::scan {

// Common to all sites. Moment 0 is the beginning of the run, the last one its end.
struct CohortAxis {
  std::vector<std::uint64_t> moment_ns;    // rising
  std::vector<std::uint64_t> allocations;  // before each moment
  // The moment at which each cohort begins; it ends where the next one does. Rising, the first is 0. With
  // very many sites a cohort may span several moments.
  std::vector<std::uint32_t> cohort_begin;
};

// In 1/1024 blocks (sample_weights.h).
struct SiteCohorts {
  struct Born {
    std::uint32_t cohort = 0;
    std::uint64_t parts = 0;
  };
  struct Died {
    std::uint32_t cohort = 0;
    std::uint32_t moment = 0;  // after moment - 1, until this one
    std::uint64_t parts = 0;
  };
  std::vector<Born> born;  // a cohort may be listed more than once
  std::vector<Died> died;
};

}  // namespace leak::scan
