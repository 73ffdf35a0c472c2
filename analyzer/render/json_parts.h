// The pieces of the JSON report, one function for each kind of object. Key names are a contract with every
// reader of the report (docs/json-report.md). nlohmann only here and in json_renderer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

#include "report/report_model.h"

namespace leak::scan {

using Json = nlohmann::ordered_json;

const char* json_name(Severity severity);

Json json_of(const ReportFrame& frame, std::size_t id);
Json json_of(const ReportSite& site);
Json json_of(const ReportResources& resources);
Json json_of(const ReportMappingSite& site);
Json json_of(const ReportRate& rate);
Json json_of(const ReportForecast& forecast);
Json json_of(const ReportLimit& limit);
Json json_of(const ReportSpike& spike);
Json json_of(const ReportResidency& residency);
Json json_of(const ReportFinding& finding);
Json json_of(const ReportPatternPage& page);
Json json_of(const ReportTotals& totals);
Json json_of(const ReportCount& count);
Json json_of(const ReportClasses& classes);
Json json_of(const ReportTypeCount& type);
Json json_of(const ReportHeld& held);
Json json_of(const ReportPath& path);
Json json_of(const ReportTruth& truth);
Json json_of(const ReportCycle& cycle);
Json json_of(const ReportRing& ring);
Json json_of(const ReportWeaklyHeld& weak);
Json json_of(const ReportGraphDelta& delta);

// Adds what heap graphs say about the site.
void add_graph_of(const ReportSite& site, Json& json);

Json json_of(const ReportTimeline& timeline);
Json json_of(const ReportSnapshot& snapshot);
Json json_of(const ReportComparison& comparison);
Json json_of(const ReportModule& module);
Json json_of(const ReportThread& thread);
Json json_of(const std::vector<ReportSamplingPeriod>& sampling);
Json json_of(const ReportTop& top);
Json json_of(const ReportNamedCount& count);
Json json_of(const ReportSizeClass& size_class);
Json json_of(const ReportLifetimeClass& lifetime);
Json json_of(const Diagnostics& diagnostics);

// exe, argv, pid, ... end: the head of a process object.
Json json_head_of(const ReportProcess& process);

}  // namespace leak::scan
