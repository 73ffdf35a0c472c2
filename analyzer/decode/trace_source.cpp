#include "decode/trace_source.h"

#include <unistd.h>

#include <utility>

#include "base/command_error.h"

namespace leak::scan {

TraceSource open_trace_files(const std::string& path) {
  TraceSource source;
  source.path = path;
  source.trace = open_file_bytes(path, "trace");
  const std::string journal_path = path + ".journal";
  if (::access(journal_path.c_str(), F_OK) == 0) {
    try {
      source.journal = open_file_bytes(journal_path, "journal");
    } catch (const CommandError&) {
      // A journal that cannot be opened must not cost the trace itself: without it the report says
      // "truncated".
      source.journal.reset();
    }
  }
  if (source.trace->size() == 0 && source.journal == nullptr) {
    throw CommandError(
        "trace '" + path +
        "' is empty and has no journal next to it, so nothing was recorded; record again, and copy "
        "the .journal file too when the program was killed");
  }
  return source;
}

TraceSource trace_in_memory(std::vector<std::uint8_t> trace,
                            std::optional<std::vector<std::uint8_t>> journal) {
  TraceSource source;
  source.path = "memory";
  source.trace = memory_bytes(std::move(trace));
  if (journal) source.journal = memory_bytes(std::move(*journal));
  return source;
}

}  // namespace leak::scan
