// Which journal a process has mapped, from its /proc/PID/maps.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace leak::scan {

// Paths of the journals whose first page is mapped shared and writable, in the order of `maps`. A forked process has
// its parent's mapped too.
std::vector<std::string> journals_in_maps(std::string_view maps);

// The process's own pid as it sees itself, from /proc/PID/status.
std::optional<int> inner_pid(std::string_view status);

}  // namespace leak::scan
