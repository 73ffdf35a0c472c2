// Whether the memory that the program maps by itself keeps rising: the trend of the mappings ledger.
#pragma once

#include <optional>

#include "analyses/growth.h"
#include "replay/heap_history.h"

namespace leak::scan {

// After the warm-up, the first fifth of the run; nullopt when nothing changes or the timeline is too short.
std::optional<Trend> measure_mapping_growth(const HeapHistory& history);

}  // namespace leak::scan
