#include "gate/diff_baseline.h"

#include <map>
#include <set>
#include <string>

namespace leak::scan {

Baseline known_leaks(const DiffModel& diff, const std::vector<GateLeak>& before,
                     const std::vector<GateLeak>& after) {
  std::map<std::string, DiffVerdict> verdicts;
  for (const DiffSite& site : diff.sites) verdicts.emplace(site.fingerprint, site.verdict);

  Baseline known = baseline_of(before);
  std::set<std::string> listed;
  for (const BaselineEntry& entry : known) listed.insert(entry.fingerprint);
  for (const GateLeak& leak : after) {
    const auto verdict = verdicts.find(leak.fingerprint);
    const bool is_new = verdict != verdicts.end() && verdict->second == DiffVerdict::kNewLeak;
    // What has no stack is no place of the comparison: then only the first recording's own list counts.
    if (is_new || leak.stack.empty() || !listed.insert(leak.fingerprint).second) continue;
    known.push_back({leak.fingerprint, leak.blocks, leak.bytes, leak.stable_stack});
  }
  return known;
}

}  // namespace leak::scan
