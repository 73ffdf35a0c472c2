// The patterns, one file each, and what several of them say.
#pragma once

#include "patterns/pattern.h"

namespace leak::scan {

const Pattern& arena_not_trimmed();
const Pattern& closure_captures_owner();
const Pattern& connections_never_closed();
const Pattern& file_handles_never_closed();
const Pattern& global_accumulation();
const Pattern& growing_buffer();
const Pattern& listeners_never_removed();
const Pattern& lost_memory();
const Pattern& mapping_leak();
const Pattern& memory_spike();
const Pattern& mismatched_free();
const Pattern& pinned_pages();
const Pattern& reference_cycle();
const Pattern& steady_growth();
const Pattern& tasks_never_awaited();
const Pattern& thread_pool_never_joined();
const Pattern& threads_not_joined();
const Pattern& unbounded_cache();

// Who holds the blocks. A variable that lives as long as the program makes the recognition surer.
void add_holder(const Evidence& evidence, Recognition& found);

}  // namespace leak::scan
