#include "patterns/all.h"

namespace leak::scan {

namespace {

const ReportPatternPage kSteadyGrowthPage = {
    "steady-growth",
    "Steady growth",
    "Memory is made in one place all through the run and hardly any of it is given back. Somebody may still "
    "hold it; it is a leak all the same when it is of no more use.",
    "By birth cohorts: blocks made in several parts of the run survive, the share of them that is ever freed "
    "has become flat, and new survivors keep coming until the end. Caches that are full, warm-up, phases and "
    "sawtooth do not look like that. What holds the blocks gave no hint at a more special kind.",
    R"(struct Request {
  Request* next;                              // linked into a list of all requests
  static inline Request* all = nullptr;
  Request() : next(std::exchange(all, this)) {}
};                                            // and never unlinked)",
    R"(struct Request {
  explicit Request(List& list) : link_(list, *this) {}
  Link link_;                                 // its destructor unlinks
};)",
    "Find out who owns these blocks and when they should go. \"Held by\" and the path in the report lead "
    "from "
    "the root to them; two snapshots (leakscan snapshot) show what appears in between.",
    {"unbounded-cache", "global-accumulation", "growing-buffer"}};

class SteadyGrowth : public Pattern {
 public:
  const ReportPatternPage& page() const override { return kSteadyGrowthPage; }

  std::optional<Recognition> recognise(const Evidence& evidence) const override {
    if (!evidence.is_growth()) return std::nullopt;
    Recognition found;
    found.confidence = .3;
    found.evidence = {evidence.kept_sentence()};
    if (!evidence.holder_sentence().empty()) found.evidence.push_back(evidence.holder_sentence());
    return found;
  }
};

}  // namespace

const Pattern& steady_growth() {
  static const SteadyGrowth pattern;
  return pattern;
}

}  // namespace leak::scan
