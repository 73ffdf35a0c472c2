// Keeps recording within LEAKHOOK_MAX_OVERHEAD: reads the clocks, and where they show too much, lets a sample
// begin or become coarser, and writes down when. All of it on the writer thread.
#pragma once

#include <cstdint>

#include "process/settings.h"
#include "sink/writer.h"

namespace leak::hook {

// Starts to measure, when a budget is set. Before the program's first event.
void open_overhead_watch(const Settings& settings) noexcept;

// Now and then, at least each time the writer wakes.
void watch_overhead(Writer& writer, std::uint64_t now_ns) noexcept;

}  // namespace leak::hook
