// Blocks that are nobody's leak: the loader's, the C and C++ libraries' own, and those that the recording
// does not know.
#pragma once

#include "graph/heap_graph.h"
#include "graph/stack_names.h"

namespace leak::scan {

// Sets HeapNode::is_runtime.
void mark_runtime_blocks(HeapGraph& graph, StackNames& names);

// Whether the stack says so: the loader allocated (thread-local storage, its own lists), a library's
// initialisation that no program code takes part in (the emergency pool of exceptions), a buffer of stdio.
bool is_runtime_stack(StackId stack, StackNames& names);

}  // namespace leak::scan
