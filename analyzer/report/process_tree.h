// Puts the processes of a report in the order of their tree: parents before children, images of one pid in
// the order of their execs, otherwise by start time. Fills parent and depth.
#pragma once

#include <vector>

#include "report/report_model.h"

namespace leak::scan {

void order_as_tree(std::vector<ReportProcess>& processes);

}  // namespace leak::scan
