// What the heap graph says, in the report's terms: sites by their ids, roots and paths as text.
#pragma once

#include <functional>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "graph/graph_view.h"
#include "report/frame_table.h"
#include "report/report_model.h"

namespace leak::scan {

// The id of the site with that stack in the report; nullopt when it is not shown.
using SiteOfStack = std::function<std::optional<std::uint32_t>(StackId)>;

// Fills truth, cycles, rings, types, retained, weakly_held, graph_delta, and of each site lost, types,
// retained_by and path. Requires: process.sites is complete.
void add_graph(const GraphAnalysis& graph, const SiteOfStack& site_of, ReportProcess& process);

// Definitely lost mappings by the stack that mapped them.
std::unordered_map<StackId, ReportCount> lost_mappings_by_site(const GraphAnalysis& graph);

// Definitely and indirectly lost bytes of each site: by these, sites are worth showing.
std::vector<std::pair<StackId, std::uint64_t>> lost_bytes_by_site(const GraphAnalysis& graph);

}  // namespace leak::scan
