// The commands that look at a trace instead of making a report of it.
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "cli/options.h"

namespace leak::scan {

// `leakscan info`. Throws CommandError.
void print_info(const std::vector<std::string>& traces, const InfoOptions& options, std::ostream& out);

// `leakscan dump`. Throws CommandError.
void dump_events(const InputOptions& input, const DumpOptions& options, std::ostream& out,
                 std::ostream& diagnostics);

}  // namespace leak::scan
