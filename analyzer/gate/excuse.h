// Suppressions on a whole report: what they speak of stays in it, as a note that raises no alarm.
#pragma once

#include <vector>

#include "gate/find_leaks.h"
#include "gate/gate_report.h"

namespace leak::scan {

// Requires: the model is complete and nothing was excused before. Returns the uses of all suppressions.
std::vector<SuppressionUse> excuse_suppressed(ReportModel& model, const LeakSearch& search);

}  // namespace leak::scan
