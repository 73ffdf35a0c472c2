// Blocks of which the program said, through LeakSanitizer's interface, that they are no leaks: they become
// roots of the heap graph, so that neither they nor what they hold is ever lost.
#pragma once

#include <cstdint>
#include <vector>

#include "replay/heap_history.h"
#include "trace_format/record.h"

namespace leak::scan {

// `said`: by time. What was said after the graph was taken counts as well: it is about blocks, not about a
// moment.
void hold_unreported_blocks(const std::vector<trace::UnreportedRecord>& said,
                            std::uint32_t time_quantum_shift, CapturedGraph& graph);

}  // namespace leak::scan
