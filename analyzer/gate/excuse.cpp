#include "gate/excuse.h"

#include <algorithm>
#include <map>
#include <string>
#include <tuple>
#include <utility>

#include "diff/fingerprint.h"
#include "report/findings.h"

namespace leak::scan {

namespace {

using Place = std::tuple<std::size_t, std::string, std::string>;  // process, kind, fingerprint

// By what the leaks of each place are suppressed; empty where some of them count.
std::map<Place, std::string> excuses_of(const std::vector<GateLeak>& leaks) {
  std::map<Place, std::string> excuses;
  for (const GateLeak& leak : leaks) {
    const bool is_open = leak.state != LeakState::kSuppressed;
    const auto [place, is_new] =
        excuses.try_emplace({leak.process, leak.kind, leak.fingerprint}, leak.suppressed_by);
    if (is_open) place->second.clear();
  }
  return excuses;
}

}  // namespace

std::vector<SuppressionUse> excuse_suppressed(ReportModel& model, const LeakSearch& search) {
  FoundLeaks found = find_leaks(model, search);
  const std::map<Place, std::string> excuses = excuses_of(found.leaks);
  model.severity = Severity::kGood;
  for (std::size_t index = 0; index != model.processes.size(); ++index) {
    ReportProcess& process = model.processes[index];
    bool any = false;
    for (ReportFinding& finding : process.findings) {
      if (!is_alarm(finding) || !finding.site) continue;
      const ReportSite& site = process.sites[*finding.site];
      const auto excuse =
          excuses.find({index, finding.kind, fingerprint_of(site.stack, model.frames).id});
      if (excuse == excuses.end() || excuse->second.empty()) continue;
      finding.severity = Severity::kGood;
      finding.evidence.emplace_back(kSuppressedBy, excuse->second);
      any = true;
    }
    if (any) settle_findings(process, model.frames);
    model.severity = std::max(model.severity, process.severity);
  }
  return std::move(found.uses);
}

}  // namespace leak::scan
