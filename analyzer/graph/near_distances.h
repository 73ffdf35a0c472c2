// Which small distances from the begin of their holder (trace::PointerForm::kSelfRelative) are believed to be
// pointers: small numbers are everyday, so others of the same kind have to speak for them.
#pragma once

#include <vector>

#include "decode/heap_graph_image.h"
#include "graph/heap_graph.h"
#include "replay/stack_table.h"

namespace leak::scan {

// Takes out of `edges` the small distances but those
//  - that stand where at least three blocks of the same size, allocated by the same call, have large ones, or
//  - whose holder has at least four that point to different blocks: an array of them.
// `nodes` with their stacks.
void drop_doubtful_distances(const std::vector<HeapNode>& nodes, const StackTable& stacks,
                             std::vector<HeapGraphImage::Edge>& edges);

}  // namespace leak::scan
