// The parts of a ReportProcess that are HeapHistory's own figures in another shape: nothing to name or judge.
#pragma once

#include "replay/heap_history.h"
#include "report/report_model.h"

namespace leak::scan {

// Everything but sites, top, findings, mapping sites and the site lists of snapshots.
ReportProcess facts_of(const HeapHistory& history);

}  // namespace leak::scan
