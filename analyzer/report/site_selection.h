// Which allocation sites a report shows when there are more than anybody reads: the leaders by each
// criterion, taken in turns until the limit is reached. Pure; works on indices, so that nothing is symbolized
// in vain.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "report/report_model.h"

namespace leak::scan {

// What sites are ranked by.
struct SiteFigures {
  std::uint64_t live_bytes = 0;
  std::uint64_t peak_bytes = 0;
  std::uint64_t allocations = 0;
  std::uint64_t temporary_allocations = 0;
  double growth_bytes_per_s = 0;  // 0 where it is not judged or not sure
  std::uint64_t lost_bytes = 0;
};

// Indices into `sites`, by live bytes (then peak, then allocations), largest first. No limit: all of them.
std::vector<std::uint32_t> select_sites(const std::vector<SiteFigures>& sites,
                                        std::optional<std::size_t> limit);

// The rankings of the selected sites; positions in the order select_sites() returned.
ReportTop rank_sites(const std::vector<SiteFigures>& selected);

}  // namespace leak::scan
