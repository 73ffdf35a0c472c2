// When which share of a trace's events had happened, from the list of its chunks alone: known before any of
// them is decoded.
#pragma once

#include <cstdint>
#include <vector>

#include "decode/trace_reader.h"

namespace leak::scan {

// The ticks at which 1/parts, 2/parts, ... (parts - 1)/parts of the events in [from, to] have happened,
// taking the events of a chunk for evenly spread. Empty without events.
std::vector<std::uint64_t> event_quantiles(const std::vector<EventChunkRef>& chunks, std::uint64_t from,
                                           std::uint64_t to, std::uint32_t parts);

}  // namespace leak::scan
