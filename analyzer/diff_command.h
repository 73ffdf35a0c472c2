// What is around a comparison: its rules, and where its reports go.
#pragma once

#include <ostream>

#include "cli/options.h"
#include "gate/evaluate.h"
#include "report/report_model.h"

namespace leak::scan {

// Compares, writes what was asked for, and judges by the rules; true when one is broken.
bool compare_and_write(const ReportModel& before, const ReportModel& after, const Options& options,
                       GateInput gates, std::ostream& out, std::ostream& diagnostics);

}  // namespace leak::scan
