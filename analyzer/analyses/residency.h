// Where resident memory is that is neither live heap nor a mapping of the program's: free space that the
// allocator keeps, because live blocks lie around it or in case it is wanted again. A rise of it looks like a
// leak from outside, and is none.
#pragma once

#include <cstdint>
#include <optional>

#include "analyses/growth.h"
#include "replay/heap_history.h"

namespace leak::scan {

struct Residency {
  std::uint64_t time_ns = 0;  // the moment in the last tenth of the run at which `beyond_bytes` was least
  std::uint64_t rss_bytes = 0;
  std::uint64_t anonymous_bytes = 0;  // of that; the rest are pages of files and shared ones
  std::uint64_t heap_bytes = 0;       // live
  std::uint64_t mapped_bytes = 0;     // by the program itself, whether resident or not
  std::uint64_t beyond_bytes = 0;     // anonymous, and in neither; also stacks and what the recorder needs
  bool keeps_freed = false;           // most of what is anonymous is beyond, and the heap once used it
  std::optional<Trend> growth;        // of anonymous memory, where it rises to the end and the heap does not
};

// nullopt where memory was not sampled, or the run is shorter than a second.
std::optional<Residency> measure_residency(const HeapHistory& history);

}  // namespace leak::scan
