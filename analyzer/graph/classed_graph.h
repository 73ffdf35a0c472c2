// One graph with the class of each of its nodes, and the sums of them that are shown.
#pragma once

#include "graph/analyze_graph.h"
#include "graph/heap_graph.h"
#include "graph/loss.h"
#include "graph/stack_names.h"

namespace leak::scan {

struct Classed {
  HeapGraph graph;
  Loss loss;
  GraphView view;
};

Classed class_graph(CapturedGraph capture, const HeapHistory& history, StackNames& names,
                    Symbolizer& symbolizer, const GraphOptions& options);

}  // namespace leak::scan
