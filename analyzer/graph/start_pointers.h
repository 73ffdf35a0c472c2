// Which pointers count as pointers to a node's start. A pointer into the middle may be chance, so what only
// such pointers reach is "possibly lost"; but programs also keep blocks by nothing else on purpose.
#pragma once

#include "graph/heap_graph.h"
#include "graph/root_set.h"

namespace leak::scan {

struct StartRules {
  // Blocks have no header between them, so the end pointer of one may equal the start of the next
  // (jemalloc, tcmalloc, mimalloc; not glibc).
  bool blocks_touch = false;
};

// Sets HeapEdge::starts and HeapRoot::starts. A pointer is one to the start when it is plain and
//  - points at the first byte; but not as the end of a vector whose storage lies just before;
//  - points within the first word: a tag in the low bits;
//  - points behind the length, or the element count of new[], in the first word; at the characters of a
//    copy-on-write string; at a second base class;
//  - points at the one offset by which (nearly) all blocks of its allocation site are held: list hooks,
//    private headers;
//  - points at an object whose class is an object too, wherever in the block it begins (class_objects.h);
//  - points into a mapping, which has no start by convention.
void decide_start_pointers(HeapGraph& graph, const RootSet& roots, const StartRules& rules);

}  // namespace leak::scan
