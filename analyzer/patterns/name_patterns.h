// Gives each finding of a report the name of its kind, the evidence for it, and the advice of its page; and
// the report the pages that it needs.
#pragma once

#include "report/report_model.h"

namespace leak::scan {

void name_patterns(ReportModel& model);

}  // namespace leak::scan
