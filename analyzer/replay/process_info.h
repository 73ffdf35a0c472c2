// The parts of a HeapHistory that come from meta records alone: the process, how it ended, what the hook
// counted.
#pragma once

#include "decode/trace_reader.h"
#include "replay/heap_history.h"
#include "replay/trace_clock.h"

namespace leak::scan {

// Also says in `diagnostics` what was dropped, and whether the end is missing.
ProcessInfo describe_process(const TraceReader& reader, std::uint64_t duration_ns, Diagnostics& diagnostics);

// Threads that have a record, with their times and names; counts are 0.
std::vector<Thread> list_threads(const TraceMeta& meta, const TraceClock& clock);

}  // namespace leak::scan
