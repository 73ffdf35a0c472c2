#include "report/findings.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <map>

#include "analyses/growth.h"
#include "base/units.h"
#include "report/system_frames.h"
#include "report/verdict.h"

namespace leak::scan {

namespace {

// A staircase of few large steps has many equal pairs, which count as unsure.
constexpr double kLeastConfidence = 0.8;
constexpr std::uint64_t kLeastSurvivors = 16;
constexpr std::uint64_t kLeastBytes = 4096;
constexpr std::uint64_t kLeastMappedBytes = 1U << 20;
constexpr std::size_t kMostFindings = 100;
constexpr std::size_t kWarmUpParts = 5;  // one of them is cut off

bool is_sure(double slope, double confidence) { return slope > 0 && confidence >= kLeastConfidence; }

std::string percent(double share) { return std::to_string(static_cast<int>(share * 100)) + " %"; }

// All sites that blame one place in the source. They are judged together: one leak is often reached by many
// call paths, none of which grows steadily by itself.
struct Suspect {
  std::vector<const ReportSite*> sites;  // by live bytes, as in the report
  std::uint64_t bytes = 0;
  std::uint64_t blocks = 0;
  std::vector<std::uint64_t> bytes_over_time;

  void add(const ReportSite& site) {
    sites.push_back(&site);
    bytes += site.live_bytes;
    blocks += site.live_blocks;
    bytes_over_time.resize(std::max(bytes_over_time.size(), site.live_bytes_over_time.size()));
    for (std::size_t i = 0; i != site.live_bytes_over_time.size(); ++i) {
      bytes_over_time[i] += site.live_bytes_over_time[i];
    }
  }
};

template <class T>
std::vector<T> after_warm_up(const std::vector<T>& series) {
  return {series.begin() + static_cast<std::ptrdiff_t>(series.size() / kWarmUpParts), series.end()};
}

// nullopt unless the suspect leaks.
std::optional<Trend> leak_trend(const Suspect& suspect, const std::vector<std::uint64_t>& time_ns) {
  if (suspect.blocks < kLeastSurvivors || suspect.bytes < kLeastBytes) return std::nullopt;
  if (suspect.bytes_over_time.size() != time_ns.size() || !rises_to_the_end(suspect.bytes_over_time)) {
    return std::nullopt;
  }
  const Trend trend = robust_trend(after_warm_up(time_ns), after_warm_up(suspect.bytes_over_time));
  return is_sure(trend.slope_per_s, trend.confidence) ? std::optional(trend) : std::nullopt;
}

ReportFinding leak_finding(const Suspect& suspect, const Trend& trend, const ReportProcess& process,
                           const std::vector<ReportFrame>& frames) {
  const ReportSite& largest = *suspect.sites.front();
  ReportFinding finding;
  finding.kind = "leak";
  finding.title = "Memory allocated in " + place_of(largest, frames) +
                  " piles up: " + format_bytes_per_second(trend.slope_per_s) + ", still rising at the end";
  finding.bytes = suspect.bytes;
  finding.blocks = suspect.blocks;
  finding.site = largest.id;
  finding.evidence = {
      {"growth", format_bytes_per_second(trend.slope_per_s)},
      {"confidence", percent(trend.confidence)},
      {"survivors", format_count(suspect.blocks) + " blocks, " + format_bytes(suspect.bytes)},
      {"observed for", format_duration(process.duration_ns)},
  };
  if (suspect.sites.size() > 1)
    finding.evidence.emplace_back("call paths", format_count(suspect.sites.size()));
  finding.advice =
      "Find out who owns these blocks and when they should be released. If this is a cache, give it a limit.";
  return finding;
}

void find_leaks(ReportProcess& process, const std::vector<ReportFrame>& frames) {
  std::map<std::string, Suspect> suspects;
  for (const ReportSite& site : process.sites) {
    if (site.live_blocks != 0) suspects[place_of(site, frames)].add(site);
  }
  for (const auto& [place, suspect] : suspects) {
    if (const std::optional<Trend> trend = leak_trend(suspect, process.bucket_end_ns)) {
      process.findings.push_back(leak_finding(suspect, *trend, process, frames));
    }
  }
}

void find_growing_mappings(ReportProcess& process, const std::vector<ReportFrame>& frames,
                           const std::optional<ReportGrowth>& growth) {
  if (!growth || !is_sure(growth->slope_bytes_per_s, growth->confidence) ||
      process.mappings.live_bytes < kLeastMappedBytes || !rises_to_the_end(process.timeline.mapped_bytes)) {
    return;
  }
  ReportFinding finding;
  finding.kind = "mapping";
  finding.title = "Mapped memory rises steadily: " + format_bytes_per_second(growth->slope_bytes_per_s) +
                  ", still rising at the end";
  finding.bytes = process.mappings.live_bytes;
  finding.blocks = process.mappings.maps - std::min(process.mappings.maps, process.mappings.unmaps);
  finding.evidence = {{"growth", format_bytes_per_second(growth->slope_bytes_per_s)},
                      {"confidence", percent(growth->confidence)},
                      {"maps", format_count(process.mappings.maps)},
                      {"unmaps", format_count(process.mappings.unmaps)}};
  if (!process.mappings.sites.empty() && process.mappings.sites.front().blamed) {
    const ReportFrame& frame = frames[process.mappings.sites.front().blamed->index()];
    finding.evidence.emplace_back("largest", place_of(frame));
  }
  finding.advice = "Each mmap needs its munmap; look at the mappings by place below.";
  process.findings.push_back(std::move(finding));
}

}  // namespace

bool rises_to_the_end(const std::vector<std::uint64_t>& values) {
  constexpr std::size_t kParts = 4;
  const std::size_t warm_up = values.size() / kWarmUpParts;
  const std::size_t judged = values.size() - warm_up;
  if (judged < 2 * kParts) return false;
  std::array<double, kParts> means{};
  for (std::size_t part = 0; part != kParts; ++part) {
    const std::size_t begin = warm_up + judged * part / kParts;
    const std::size_t end = warm_up + judged * (part + 1) / kParts;
    for (std::size_t i = begin; i != end; ++i) means[part] += static_cast<double>(values[i]);
    means[part] /= static_cast<double>(end - begin);
  }
  const double average_step = (means.back() - means.front()) / (kParts - 1);
  for (std::size_t part = 1; part != kParts; ++part) {
    // A curve that flattens out is a cache that fills up, one that falls back is a sawtooth.
    if (means[part] - means[part - 1] < average_step * 0.4) return false;
  }
  return average_step > 0;
}

std::string place_of(const ReportSite& site, const std::vector<ReportFrame>& frames) {
  if (site.blamed) return place_of(frames[site.blamed->index()]);
  return site.stack.empty() ? "an unknown place" : place_of(frames[site.stack.front().index()]);
}

void judge(ReportProcess& process, const std::vector<ReportFrame>& frames,
           const std::optional<ReportGrowth>& mapping_growth) {
  if (process.duration_ns >= kShortestJudgedRunNs) {
    find_leaks(process, frames);
    find_growing_mappings(process, frames, mapping_growth);
  }
  std::stable_sort(process.findings.begin(), process.findings.end(),
                   [](const ReportFinding& a, const ReportFinding& b) { return a.bytes > b.bytes; });
  process.severity = severity_of(process.findings.size());
  for (ReportFinding& finding : process.findings) finding.severity = process.severity;
  process.verdict = verdict_of(process, frames);
  if (process.findings.size() > kMostFindings) process.findings.resize(kMostFindings);
}

}  // namespace leak::scan
