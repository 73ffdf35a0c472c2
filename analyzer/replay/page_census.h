// Counts how full the pages are that hold live blocks.
#pragma once

#include <cstdint>
#include <vector>

#include "replay/live_heap.h"
#include "replay/page_use.h"

namespace leak::scan {

// Requires: `blocks` are sorted by address; `page_bytes` is a power of two.
PageCensus count_pages(const std::vector<LiveBlock>& blocks, std::uint64_t page_bytes);

}  // namespace leak::scan
