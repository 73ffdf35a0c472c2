// The parts of a ReportProcess that are HeapHistory's own figures in another shape: nothing to name or judge.
#pragma once

#include <string>
#include <vector>

#include "replay/heap_history.h"
#include "report/report_model.h"

namespace leak::scan {

// Everything but sites, top, findings, mapping sites and the site lists of snapshots.
ReportProcess facts_of(const HeapHistory& history);

// "exited", "signaled", "exec", "running", "unknown".
std::string end_kind_of(const ProcessInfo& process);

// One entry for each file, with the times and places it was loaded.
std::vector<ReportModule> modules_of(const std::vector<Module>& loads);

}  // namespace leak::scan
