#include "patterns/name_patterns.h"

#include <cmath>
#include <utility>

#include "patterns/pattern.h"
#include "report/findings.h"

namespace leak::scan {

namespace {

// True when growth of its kind is a mistake although the end of the program gave all back.
bool name_pattern(ReportFinding& finding, const ReportProcess& process,
                  const std::vector<ReportFrame>& frames, const SitesByPlace& places) {
  const Evidence evidence(finding, process, frames, places);
  std::optional<Recognition> best;
  const ReportPatternPage* page = nullptr;
  for (const Pattern* pattern : all_patterns()) {
    std::optional<Recognition> found = pattern->recognise(evidence);
    if (!found || (best && best->confidence >= found->confidence)) continue;
    best = std::move(found);
    page = &pattern->page();
  }
  if (!best) return false;
  finding.pattern = ReportPattern{page->kind, page->name, std::round(best->confidence * 100) / 100,
                                  std::move(best->evidence)};
  if (!best->keeps_advice || finding.advice.empty()) finding.advice = page->advice;
  return best->is_mistake && evidence.is_given_back();
}

// True when the kind of a note makes it an alarm.
bool name_all(ReportProcess& process, const std::vector<ReportFrame>& frames) {
  if (process.findings.empty()) return false;
  const SitesByPlace places = sites_by_place(process, frames);
  bool any = false;
  for (ReportFinding& finding : process.findings) {
    if (!name_pattern(finding, process, frames, places) || process.duration_ns < kStrongDurationNs) continue;
    finding.severity = Severity::kWarning;
    any = true;
  }
  return any;
}

bool is_named(const ReportModel& model, const std::string& kind) {
  for (const ReportProcess& process : model.processes) {
    for (const ReportFinding& finding : process.findings) {
      if (finding.pattern && finding.pattern->kind == kind) return true;
    }
  }
  return false;
}

}  // namespace

void name_patterns(ReportModel& model) {
  for (ReportProcess& process : model.processes) {
    for (const Pattern* pattern : all_patterns()) pattern->discover(process, model.frames);
    if (name_all(process, model.frames)) settle_findings(process, model.frames);
  }
  for (const Pattern* pattern : all_patterns()) {
    if (is_named(model, pattern->page().kind)) model.patterns.push_back(pattern->page());
  }
}

}  // namespace leak::scan
