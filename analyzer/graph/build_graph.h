// From a captured graph and what the events say about its blocks to a HeapGraph.
#pragma once

#include "graph/heap_graph.h"
#include "replay/heap_history.h"

namespace leak::scan {

// Sizes become those requested, and pointers from or to what lies behind them go: slack of the allocator
// holds old bytes. Blocks that the events do not know stay as nodes. The capture is used up.
HeapGraph build_graph(CapturedGraph capture, const StackTable& stacks);

}  // namespace leak::scan
