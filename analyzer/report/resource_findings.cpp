#include "report/resource_findings.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "base/units.h"
#include "report/findings.h"
#include "report/system_frames.h"
#include "report/verdict.h"

namespace leak::scan {

namespace {

constexpr std::uint64_t kLeastGrowing = 4;
constexpr std::uint64_t kManyAtEnd = 8;
constexpr std::uint64_t kLeastFinished = 2;
constexpr std::uint64_t kLeastPool = 4;
constexpr std::size_t kMostExamples = 3;

using Place = std::pair<std::string, std::string>;  // where, and by which function

std::string place_text(const std::optional<FrameId>& blamed, const std::vector<ReportFrame>& frames) {
  return blamed ? place_of(frames[blamed->index()]) : "an unknown place";
}

// All sites of one place are judged together.
struct DescriptorGroup {
  std::uint64_t opened = 0;
  std::uint64_t open = 0;
  std::vector<std::uint64_t> over_time;

  void add(const ReportDescriptorSite& site) {
    opened += site.opened;
    open += site.open;
    over_time.resize(std::max(over_time.size(), site.open_over_time.size()));
    for (std::size_t i = 0; i != site.open_over_time.size(); ++i) over_time[i] += site.open_over_time[i];
  }
};

// Either they pile up; or there are many at the end, of which few were ever closed. After a long run that did
// not get worse the latter is a note: a server may open its files at the start and leave them to the kernel.
std::optional<Severity> judge(const DescriptorGroup& group, std::uint64_t listening,
                              std::uint64_t duration_ns) {
  const std::uint64_t suspects = group.open - std::min(listening, group.open);
  const bool can_rise = duration_ns >= kShortestJudgedRunNs && suspects >= kLeastGrowing;
  if (can_rise && rises_to_the_end(group.over_time)) return Severity::kWarning;
  if (suspects < kManyAtEnd || group.opened - group.open >= group.open) return std::nullopt;
  return duration_ns < kStrongDurationNs ? Severity::kWarning : Severity::kGood;
}

std::string kind_of_descriptor(const std::string& function) {
  if (function == "socket" || function == "accept" || function == "socketpair") return "sockets";
  if (function == "fopen" || function == "fdopen" || function == "freopen" || function == "tmpfile" ||
      function == "popen") {
    return "streams";
  }
  if (function == "opendir" || function == "fdopendir") return "directories";
  return "descriptors";
}

void add_evidence(const ReportResources& resources, const Place& place,
                  const std::vector<ReportFrame>& frames, ReportFinding& finding) {
  std::map<std::string, std::uint64_t> kinds;
  for (const ReportDescriptor& open : resources.open_fds) {
    if (open.function != place.second || place_text(open.blamed, frames) != place.first) continue;
    if (!open.what.empty()) ++kinds[open.what];
  }
  std::vector<std::pair<std::string, std::uint64_t>> order(kinds.begin(), kinds.end());
  std::stable_sort(order.begin(), order.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  std::string examples;
  for (std::size_t i = 0; i != std::min(order.size(), kMostExamples); ++i) {
    if (i != 0) examples += "; ";
    examples += order[i].first;
    if (order[i].second > 1) examples += " (" + format_count(order[i].second) + " times)";
  }
  if (!examples.empty()) finding.evidence.emplace_back("such as", examples);
}

std::map<Place, std::uint64_t> listening_by_place(const ReportResources& resources,
                                                  const std::vector<ReportFrame>& frames) {
  std::map<Place, std::uint64_t> counts;
  for (const ReportDescriptor& open : resources.open_fds) {
    if (open.listening) ++counts[{place_text(open.blamed, frames), open.function}];
  }
  return counts;
}

void find_open_descriptors(ReportProcess& process, const std::vector<ReportFrame>& frames) {
  std::map<Place, DescriptorGroup> groups;
  for (const ReportDescriptorSite& site : process.resources.fd_sites) {
    // What only the C library's frames, or none, are known of is not the program's to close.
    if (site.blamed) groups[{place_text(site.blamed, frames), site.function}].add(site);
  }
  std::map<Place, std::uint64_t> listening = listening_by_place(process.resources, frames);
  for (const auto& [place, group] : groups) {
    const std::optional<Severity> severity = judge(group, listening[place], process.duration_ns);
    if (!severity) continue;
    ReportFinding finding;
    finding.kind = "fd";
    finding.severity = *severity;
    finding.title = format_count(group.open) + " " + kind_of_descriptor(place.second) + " that " +
                    place.second + "() opened in " + place.first + " were never closed";
    finding.evidence = {{"opened by", place.second},
                        {"opened", format_count(group.opened)},
                        {"still open", format_count(group.open)},
                        {"observed for", format_duration(process.duration_ns)}};
    add_evidence(process.resources, place, frames, finding);
    process.findings.push_back(std::move(finding));
  }
}

void find_unjoined_threads(ReportProcess& process, const std::vector<ReportFrame>& frames) {
  std::map<Place, std::uint64_t> groups;  // by place and state
  for (const ReportUnjoinedThread& thread : process.resources.unjoined_threads) {
    if (thread.blamed) ++groups[{place_text(thread.blamed, frames), thread.state}];
  }
  for (const auto& [place, count] : groups) {
    const bool is_finished = place.second == "finished";
    if (place.second == "unknown" || count < (is_finished ? kLeastFinished : kLeastPool)) continue;
    ReportFinding finding;
    finding.kind = "thread";
    finding.title = format_count(count) + " threads created in " + place.first +
                    (is_finished ? " have ended, but nobody joined or detached them"
                                 : " still ran at the end, neither joined nor detached");
    finding.evidence = {{"threads", format_count(count)}, {"state", place.second}};
    process.findings.push_back(std::move(finding));
  }
}

}  // namespace

void find_resource_leaks(ReportProcess& process, const std::vector<ReportFrame>& frames) {
  find_open_descriptors(process, frames);
  find_unjoined_threads(process, frames);
}

}  // namespace leak::scan
