#include <algorithm>

#include "patterns/all.h"

namespace leak::scan {

const std::vector<const Pattern*>& all_patterns() {
  static const std::vector<const Pattern*> patterns = {
      &lost_memory(),
      &reference_cycle(),
      &closure_captures_owner(),
      &unbounded_cache(),
      &global_accumulation(),
      &listeners_never_removed(),
      &tasks_never_awaited(),
      &growing_buffer(),
      &steady_growth(),
      &connections_never_closed(),
      &file_handles_never_closed(),
      &thread_pool_never_joined(),
      &threads_not_joined(),
      &mapping_leak(),
      &mismatched_free(),
      &memory_spike(),
      &arena_not_trimmed(),
      &pinned_pages(),
  };
  return patterns;
}

const ReportPatternPage* page_of(const std::string& kind) {
  const auto found = std::find_if(all_patterns().begin(), all_patterns().end(),
                                  [&kind](const Pattern* pattern) { return pattern->page().kind == kind; });
  return found == all_patterns().end() ? nullptr : &(*found)->page();
}

void add_holder(const Evidence& evidence, Recognition& found) {
  if (evidence.holder() == nullptr) return;
  found.evidence.push_back(evidence.holder_sentence());
  if (evidence.is_held_for_ever()) found.confidence += .15;
}

}  // namespace leak::scan
