#include "patterns/name_patterns.h"

#include <cmath>
#include <utility>

#include "patterns/pattern.h"

namespace leak::scan {

namespace {

void name_pattern(ReportFinding& finding, const ReportProcess& process,
                  const std::vector<ReportFrame>& frames) {
  const Evidence evidence(finding, process, frames);
  std::optional<Recognition> best;
  const ReportPatternPage* page = nullptr;
  for (const Pattern* pattern : all_patterns()) {
    std::optional<Recognition> found = pattern->recognise(evidence);
    if (!found || (best && best->confidence >= found->confidence)) continue;
    best = std::move(found);
    page = &pattern->page();
  }
  if (!best) return;
  finding.pattern = ReportPattern{page->kind, page->name, std::round(best->confidence * 100) / 100,
                                  std::move(best->evidence)};
  if (!best->keeps_advice || finding.advice.empty()) finding.advice = page->advice;
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
    for (ReportFinding& finding : process.findings) name_pattern(finding, process, model.frames);
  }
  for (const Pattern* pattern : all_patterns()) {
    if (is_named(model, pattern->page().kind)) model.patterns.push_back(pattern->page());
  }
}

}  // namespace leak::scan
