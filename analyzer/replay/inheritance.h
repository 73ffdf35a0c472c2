// What a forked process starts with: the blocks that were live in its parent at the moment of the fork.
#pragma once

#include "base/diagnostics.h"
#include "decode/trace_reader.h"
#include "replay/heap_replay.h"
#include "replay/pc_tables.h"
#include "replay/replay_engine.h"
#include "replay/stack_table.h"

namespace leak::scan {

struct InheritedHeap {
  bool found = false;              // the parent's trace was there
  std::uint64_t fork_time_ns = 0;  // on the parent's time axis
};

// Replays the parent of `reader`'s process up to the fork, and its parents before it, and puts the live
// blocks into `engine`, their stacks into `stacks`. Requires: the process was forked from a recorded one. A
// parent that is not to be found or cannot be read ends up as a warning.
InheritedHeap inherit_blocks(const TraceReader& reader, const ReplayOptions& options, ReplayEngine& engine,
                             PcTables& pcs, StackTable& stacks, Diagnostics& diagnostics);

}  // namespace leak::scan
