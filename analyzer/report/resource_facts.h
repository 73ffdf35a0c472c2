// From the ledger of descriptors and threads to what a report lists of them.
#pragma once

#include "replay/heap_history.h"
#include "report/frame_table.h"
#include "report/resource_model.h"

namespace leak::scan {

// `frames` is at the process of `history`.
ReportResources resources_of(const HeapHistory& history, FrameTable& frames);

}  // namespace leak::scan
