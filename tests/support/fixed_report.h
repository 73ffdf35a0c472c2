// One report with everything in it, the same on every run: what all renderers are tested with.
#pragma once

#include "report/report_model.h"

namespace leak::test {

scan::ReportModel fixed_report();

}  // namespace leak::test
