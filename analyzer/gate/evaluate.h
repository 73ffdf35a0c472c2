// Rules, suppressions and a baseline on a report: the same for run, check and diff.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "gate/baseline.h"
#include "gate/find_leaks.h"
#include "gate/gate_report.h"
#include "gate/rule.h"

namespace leak::scan {

struct GateInput {
  std::vector<Rule> rules;
  LeakSearch search;
  std::optional<Baseline> baseline;  // new_leaks and grown_leaks are unknown without
};

// Throws CommandError when a rule is about a fact that was not recorded: of a process without parent in the
// report, or of all. Of other processes it is told.
GateReport evaluate_gates(const ReportModel& model, const GateInput& input);

}  // namespace leak::scan
