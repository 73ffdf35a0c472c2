// The one sentence at the top of a report, and its colour.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "report/report_model.h"

namespace leak::scan {

// Nothing: good. One or two potential leaks: warning. More, or growth that meets the memory limit within the
// horizon: critical. The only place that decides it: reports and gates ask here.
Severity severity_of(std::size_t potential_leaks, bool meets_limit);

// Requires: findings are sorted, largest first.
std::string verdict_of(const ReportProcess& process, const std::vector<ReportFrame>& frames);

// "exited with code 0", "was killed by signal 9 (Killed)", ...
std::string end_phrase(const ReportProcess& process);

// "Cache::insert (cache.cpp:41)", "inflate+0x12 (libz.so.1)".
std::string place_of(const ReportFrame& frame);

}  // namespace leak::scan
