// What a report says of the course of memory besides leaks: spikes, and resident memory that is not the heap's.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "analyses/residency.h"
#include "analyses/spikes.h"
#include "report/report_model.h"

namespace leak::scan {

// `report_site`: by index of HeapHistory::sites, the id in the report or kNotShown (snapshots.h).
std::vector<ReportSpike> spikes_of(const std::vector<Spike>& spikes,
                                   const std::vector<std::uint32_t>& report_site);
ReportResidency residency_of(const Residency& residency, const std::optional<PageCensus>& pages,
                             const std::vector<std::uint32_t>& report_site);

// Notes: none of them is a leak. Requires: process.spikes, process.residency and process.sites are complete.
void note_spikes(ReportProcess& process, const std::vector<ReportFrame>& frames);
void note_fragmentation(ReportProcess& process, const std::vector<ReportFrame>& frames);

}  // namespace leak::scan
