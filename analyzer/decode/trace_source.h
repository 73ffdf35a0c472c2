// One recording as bytes: the trace, and the journal next to it if the process left one behind.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "decode/byte_source.h"

namespace leak::scan {

struct TraceSource {
  std::string path;
  std::unique_ptr<ByteSource> trace;
  std::unique_ptr<ByteSource> journal;  // nullptr: none
};

// Opens `path` and, if there is one, `path`.journal. Throws CommandError.
TraceSource open_trace_files(const std::string& path);

TraceSource trace_in_memory(std::vector<std::uint8_t> trace,
                            std::optional<std::vector<std::uint8_t>> journal = std::nullopt);

}  // namespace leak::scan
