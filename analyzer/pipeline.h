// The whole run of each command, on one page: what is read, what is made of it, where it goes.
#pragma once

#include <ostream>

#include "cli/options.h"

namespace leak::scan {

// Returns the exit code. Throws CommandError.
int run_command(const Options& options, std::ostream& out, std::ostream& diagnostics);

}  // namespace leak::scan
