// Findings from the heap graph: what nothing points to any more, and what only points at itself.
#pragma once

#include <string>
#include <vector>

#include "report/report_model.h"

namespace leak::scan {

// Adds a "leak" finding for each place with definitely lost blocks, a "cycle" finding for each kind of
// reference cycle that nothing else holds, a "mapping" finding for each place with lost mappings. A site
// whose lost blocks all lead reference cycles has no "leak" of its own. Requires: process.truth.
void find_lost(ReportProcess& process, const std::vector<ReportFrame>& frames);

// "2 Node and std::string text": the types of one cycle, most frequent first.
std::string types_text(const ReportCycle& cycle);

}  // namespace leak::scan
