// What a report raises an alarm about. Blocks that are merely live at the end are no finding: a program may
// keep what it likes. A block that nothing points to is one. As long as nobody has looked at who still points
// to a block, the one evidence for a leak is growth: survivors that pile up steadily, after the warm-up and
// until the end.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "report/growth_findings.h"
#include "report/report_model.h"

namespace leak::scan {

// Shorter runs are all warm-up: every program's memory rises while it starts.
inline constexpr std::uint64_t kShortestJudgedRunNs = 1'000'000'000;

// What is held by something must grow for so long to raise an alarm.
inline constexpr std::uint64_t kStrongDurationNs = 10'000'000'000;

// Fills findings (largest first), severity and verdict. Requires: sites, frames, totals, mappings and
// timeline are complete;
// `growth_of` knows the sites by their ids. `mapping_growth`: trend of mapped bytes, absent when there are no
// mappings.
void judge(ReportProcess& process, const std::vector<ReportFrame>& frames,
           const std::optional<Trend>& mapping_growth, const GrowthOf& growth_of);

// Order of the findings, severity and verdict, by the severities of the findings.
void settle_findings(ReportProcess& process, const std::vector<ReportFrame>& frames);

// Evidence of a finding that somebody decided to live with: a note since.
inline constexpr const char* kSuppressedBy = "suppressed by";

// Evidence of growth that ends with the program: what it had then.
inline constexpr const char* kGivenBack = "given back at the end";

// False for a note: told, but it raises no severity.
inline bool is_alarm(const ReportFinding& finding) { return finding.severity != Severity::kGood; }

// What the finding says under this name; empty when it says nothing.
std::string_view fact_of(const ReportFinding& finding, std::string_view name);

// "parse_header() (http.cpp:41)"; the first frame when all is system code.
std::string place_of(const ReportSite& site, const std::vector<ReportFrame>& frames);

}  // namespace leak::scan
