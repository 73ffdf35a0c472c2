// Whether blocks of a site are never given back: the survival plateau.
//
// A leak has a share of blocks that no age kills: of the blocks born in a window of the run, those that are
// old enough stop dying. A cache or a session ends its blocks sooner or later, so its curve goes on falling.
// What is never freed but was only made while the program warmed up has the plateau too; it is told apart by
// its births, which have to go on, at a rate that does not fade, until the end and in most of the run.
#pragma once

#include "analyses/cohort_census.h"

namespace leak::scan {

struct Survival {
  enum class Answer : std::uint8_t {
    kTooShort,  // blocks of the site live about as long as the run: nothing can be said
    kMortal,    // its blocks keep dying with age, or too few are left
    kFading,    // immortal, but ever fewer are made: lazily made tables, a finite set that fills up
    kPhases,    // immortal, and made in a few bursts
    kPlateau    // immortal, made until the end: they pile up
  };
  Answer answer = Answer::kMortal;
  double survivors = 0;       // of the window judged
  double share = 0;           // of those at risk
  double late_over_mid = 0;   // rates of immortal births
  double fade = 1;            // exponent of the birth law N(t) ~ t^fade: 1 steady, 0 logarithmic
  std::uint32_t windows = 0;  // of the last 28 of 32, with survivors born in them
  GrowthClock clock = GrowthClock::kTime;
};

// The better of the answers on both clocks. Requires: at least kLeastCohorts cohorts.
inline constexpr std::size_t kLeastCohorts = 16;
Survival judge_survival(const CohortCensus& census);

}  // namespace leak::scan
