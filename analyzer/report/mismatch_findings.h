// Blocks that did not go back to the functions that they came from.
#pragma once

#include <cstdint>
#include <vector>

#include "replay/heap_history.h"
#include "report/report_model.h"

namespace leak::scan {

// Appends to process.findings. `report_site`: by index of history.sites, the id in the report or kNotShown.
// Requires: process.sites is complete.
void find_mismatches(const HeapHistory& history, const std::vector<std::uint32_t>& report_site,
                     const std::vector<ReportFrame>& frames, ReportProcess& process);

}  // namespace leak::scan
