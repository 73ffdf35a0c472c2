#include "report/findings.h"

#include <algorithm>
#include <cstddef>
#include <tuple>

#include "base/units.h"
#include "report/course_report.h"
#include "report/growth_findings.h"
#include "report/limit.h"
#include "report/lost_findings.h"
#include "report/resource_findings.h"
#include "report/system_frames.h"
#include "report/verdict.h"

namespace leak::scan {

namespace {

// A staircase of few large steps has many equal pairs, which count as unsure.
constexpr double kLeastConfidence = 0.8;
constexpr std::uint64_t kLeastMappedBytes = 1U << 20;
constexpr std::size_t kMostFindings = 100;

bool is_sure(double slope, double confidence) { return slope > 0 && confidence >= kLeastConfidence; }

std::string percent(double share) { return std::to_string(static_cast<int>(share * 100)) + " %"; }

// The largest finding about lost mappings, when those are most of what is mapped: the rise is theirs.
ReportFinding* lost_mappings(ReportProcess& process) {
  ReportFinding* largest = nullptr;
  std::uint64_t bytes = 0;
  for (ReportFinding& finding : process.findings) {
    if (finding.kind != "mapping") continue;
    bytes += finding.bytes;
    if (largest == nullptr || finding.bytes > largest->bytes) largest = &finding;
  }
  return bytes >= process.mappings.live_bytes / 2 ? largest : nullptr;
}

void find_growing_mappings(ReportProcess& process, const std::vector<ReportFrame>& frames,
                           const std::optional<Trend>& growth) {
  if (!growth || !is_sure(growth->slope_per_s, growth->confidence) ||
      process.mappings.live_bytes < kLeastMappedBytes || !rises_to_the_end(process.timeline.mapped_bytes)) {
    return;
  }
  const ReportRate rate{growth->slope_per_s, std::max(growth->low_per_s, 0.0),
                        growth->low_per_s > 0 ? growth->high_per_s : 0, 0};
  if (ReportFinding* const lost = lost_mappings(process)) {
    lost->growth = rate;
    lost->evidence.emplace_back("growth", format_bytes_per_second(growth->slope_per_s));
    return;
  }
  ReportFinding finding;
  finding.kind = "mapping";
  finding.title = "Mapped memory rises steadily: " + format_bytes_per_second(growth->slope_per_s) +
                  ", still rising at the end";
  finding.bytes = process.mappings.live_bytes;
  finding.blocks = process.mappings.maps - std::min(process.mappings.maps, process.mappings.unmaps);
  finding.growth = rate;
  finding.evidence = {{"growth", format_bytes_per_second(growth->slope_per_s)},
                      {"confidence", percent(growth->confidence)},
                      {"maps", format_count(process.mappings.maps)},
                      {"unmaps", format_count(process.mappings.unmaps)}};
  if (!process.mappings.sites.empty() && process.mappings.sites.front().blamed) {
    const ReportFrame& frame = frames[process.mappings.sites.front().blamed->index()];
    finding.evidence.emplace_back("largest", place_of(frame));
  }
  process.findings.push_back(std::move(finding));
}

}  // namespace

std::string place_of(const ReportSite& site, const std::vector<ReportFrame>& frames) {
  if (site.blamed) return place_of(frames[site.blamed->index()]);
  return site.stack.empty() ? "an unknown place" : place_of(frames[site.stack.front().index()]);
}

void judge(ReportProcess& process, const std::vector<ReportFrame>& frames,
           const std::optional<Trend>& mapping_growth, const GrowthOf& growth_of) {
  if (process.truth) find_lost(process, frames);
  find_resource_leaks(process, frames);
  if (process.duration_ns >= kShortestJudgedRunNs) {
    find_growth(process, frames, growth_of);
    find_growing_mappings(process, frames, mapping_growth);
    note_spikes(process, frames);
    note_fragmentation(process, frames);
  }
  forecast(process);
  settle_findings(process, frames);
  if (process.findings.size() > kMostFindings) process.findings.resize(kMostFindings);
}

void settle_findings(ReportProcess& process, const std::vector<ReportFrame>& frames) {
  // What is lost comes before what grows, notes come last.
  const auto rank = [&process](const ReportFinding& finding) {
    const bool is_lost = process.truth && finding.kind != "growth";
    return std::tuple(finding.severity == Severity::kGood, !is_lost, ~finding.bytes);
  };
  std::stable_sort(process.findings.begin(), process.findings.end(),
                   [&rank](const ReportFinding& a, const ReportFinding& b) { return rank(a) < rank(b); });
  const auto alarms = std::count_if(process.findings.begin(), process.findings.end(), is_alarm);
  const bool meets_limit = alarms != 0 && process.limit && process.limit->is_met;
  process.severity = severity_of(static_cast<std::size_t>(alarms), meets_limit);
  for (ReportFinding& finding : process.findings) {
    if (is_alarm(finding)) finding.severity = process.severity;
  }
  process.verdict = verdict_of(process, frames);
}

std::string_view fact_of(const ReportFinding& finding, std::string_view name) {
  for (const auto& [fact, value] : finding.evidence) {
    if (fact == name) return value;
  }
  return {};
}

}  // namespace leak::scan
