#include "patterns/all.h"

namespace leak::scan {

namespace {

const ReportPatternPage kGlobalAccumulationPage = {
    "global-accumulation",
    "Global accumulation",
    "A list that lives as long as the program (a global, a static, a singleton's member) is appended to and "
    "never shortened: log lines, statistics, finished jobs, objects that were meant to be deleted later.",
    "The place piles up memory until the end of the run, its blocks are elements of a sequence (std::vector, "
    "std::list, std::deque and the like) or hang from one, and a global or thread-local variable holds them. "
    "Or: the blocks were still reachable when main returned, and lost once static objects had been "
    "destroyed, "
    "because the object that held them did not own them.",
    R"(std::vector<Event*> g_history;            // a global

void on_event(const Message& message) {
  g_history.push_back(new Event(message));  // who reads the first million of them?
})",
    R"(class History {                           // owns its events, keeps the last ones
 public:
  void add(const Message& message) {
    if (events_.size() == kMost) events_.pop_front();
    events_.emplace_back(message);
  }
 private:
  static constexpr std::size_t kMost = 1'000;
  std::deque<Event> events_;
};)",
    "Decide how long an element is of use and drop it then: keep the last N, write older ones to disk, or "
    "clear "
    "the list at the end of each request. Let the list own what it holds (values or std::unique_ptr).",
    {"unbounded-cache", "growing-buffer", "steady-growth"}};

class GlobalAccumulation : public Pattern {
 public:
  const ReportPatternPage& page() const override { return kGlobalAccumulationPage; }

  std::optional<Recognition> recognise(const Evidence& evidence) const override {
    if (evidence.is_lost()) return lost_with_its_holder(evidence);
    if (!evidence.is_growth() || !evidence.is_held_for_ever()) return std::nullopt;
    Recognition found;
    found.confidence = .4;
    if (const Container* container = evidence.container(ContainerKind::kSequence)) {
      found.confidence = .6;
      found.evidence.push_back("The blocks are elements of " + container->name + " or hang from it.");
    }
    found.evidence.push_back(evidence.kept_sentence());
    add_holder(evidence, found);
    return found;
  }

 private:
  static std::optional<Recognition> lost_with_its_holder(const Evidence& evidence) {
    if (fact_of(evidence.finding(), "before static destructors") != "still reachable") return std::nullopt;
    Recognition found;
    found.confidence = .85;
    found.keeps_advice = true;
    found.evidence = {
        "The blocks were still reachable when main returned, and lost when static objects had been "
        "destroyed: "
        "one of those held them without owning them.",
        evidence.kept_sentence()};
    return found;
  }
};

}  // namespace

const Pattern& global_accumulation() {
  static const GlobalAccumulation pattern;
  return pattern;
}

}  // namespace leak::scan
