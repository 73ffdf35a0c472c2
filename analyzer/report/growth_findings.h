// What piles up: sites whose blocks are made until the end and never given back. Sites that blame one place
// in the source are judged together: one leak is often reached by many call paths, none of which shows it
// alone.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "analyses/growth.h"
#include "report/report_model.h"

namespace leak::scan {

struct SharedGrowth {
  Growth growth;
  double share = 0;  // of what all sites that rose rose by
};

// Judges several sites of the report, given by their ids, as one.
using GrowthOf = std::function<SharedGrowth(std::span<const std::uint32_t>)>;

// Requires: sites are complete, and so is what find_lost() adds.
void find_growth(ReportProcess& process, const std::vector<ReportFrame>& frames, const GrowthOf& growth_of);

}  // namespace leak::scan
