// What diff takes for known: the leaks of the first recording, as far as the comparison calls them no new
// ones.
#pragma once

#include <vector>

#include "diff/diff_model.h"
#include "gate/baseline.h"

namespace leak::scan {

Baseline known_leaks(const DiffModel& diff, const std::vector<GateLeak>& before,
                     const std::vector<GateLeak>& after);

}  // namespace leak::scan
