// From the captured graphs of a process to what they say: classes, cycles, types, holders.
#pragma once

#include <optional>

#include "graph/graph_view.h"
#include "graph/root_set.h"
#include "replay/heap_history.h"
#include "symbols/symbolizer.h"

namespace leak::scan {

struct GraphOptions {
  RootSet roots = RootSet::all();
};

// nullopt when there is no graph. Uses up history.graphs: they are the largest thing in memory.
std::optional<GraphAnalysis> analyze_graphs(HeapHistory& history, Symbolizer& symbolizer,
                                            const GraphOptions& options);

}  // namespace leak::scan
