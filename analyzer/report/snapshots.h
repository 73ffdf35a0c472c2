// The snapshots of a report: those that fit, and what changed between the first and the last.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "replay/heap_history.h"
#include "report/report_model.h"

namespace leak::scan {

// At most `limit` snapshots; labelled ones before automatic ones, first and last always.
// `report_site`: by index of HeapHistory::sites, the id in the report or kNotShown.
inline constexpr std::uint32_t kNotShown = ~std::uint32_t{0};
std::vector<ReportSnapshot> snapshots_of(const HeapHistory& history,
                                         const std::vector<std::uint32_t>& report_site, std::size_t limit);

// First to last; nullopt with fewer than two.
std::optional<ReportComparison> compare_ends(const std::vector<ReportSnapshot>& snapshots);

}  // namespace leak::scan
