// A few lines of a source file, as a report shows them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace leak::scan {

struct SourceLines {
  std::uint32_t first_line = 0;
  std::vector<std::string> lines;  // without line ends, tabs as spaces, long ones cut
};

// Those around `line`. Nothing unless `path` is a regular file of a usual size that has the line and was not
// changed after `recorded_unix_ns`: the lines of a newer file may be others. 0: any time will do.
std::optional<SourceLines> read_source_lines(const std::string& path, std::uint32_t line,
                                             std::uint64_t recorded_unix_ns);

}  // namespace leak::scan
