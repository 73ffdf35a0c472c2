// Source lines for the frames that findings are blamed on.
#pragma once

#include <string>

#include "report/report_model.h"

namespace leak::scan {

// Files are looked for where the debug information says, relative names from the folder of the program
// upwards, all below `sysroot` if that is not empty; those that are not there, or were changed after the
// recording began, are passed over.
void add_sources(ReportModel& model, const std::string& sysroot);

}  // namespace leak::scan
