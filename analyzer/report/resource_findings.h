// Which descriptors and threads are leaks. A program may keep what it opened until it exits: a log file, the
// sockets it listens on, a pool of connections that was filled once. So one descriptor of a place that lives
// to the end is never a finding, and several are only when
//   - their number still rose in every part of the run after its warm-up (runs of a second or more); or
//   - the run was too short to see that, there are many, and the place closed fewer than it left open.
// Threads: those that ended and that nobody joined or detached keep their stacks, so two of a place are a
// finding; those that still ran at the end are one from four on, the size of a pool that nobody stops.
#pragma once

#include <vector>

#include "report/report_model.h"

namespace leak::scan {

// Appends to process.findings. Requires: process.resources is complete.
void find_resource_leaks(ReportProcess& process, const std::vector<ReportFrame>& frames);

}  // namespace leak::scan
