#include "report/verdict.h"

#include <cstring>

#include "base/units.h"
#include "report/findings.h"
#include "report/system_frames.h"

namespace leak::scan {

namespace {

std::string base_name(const std::string& path) { return path.substr(path.rfind('/') + 1); }

std::string when_it_ended(const ReportProcess& process) {
  if (process.end_kind == "exited") return "at exit";
  if (process.end_kind == "exec") return "when it was replaced by exec";
  if (process.still_running) return "so far";
  return "when the recording ended";
}

std::string what_is_live(const ReportProcess& process) {
  return format_bytes(process.totals.live_bytes) + " in " + format_count(process.totals.live_blocks) +
         (process.totals.live_blocks == 1 ? " block" : " blocks");
}

std::string nothing_found(const ReportProcess& process, const std::vector<ReportFrame>& frames) {
  std::string sentence = "The heap peaked at " + format_bytes(process.totals.peak_bytes) + "; ";
  if (process.totals.live_blocks == 0) return sentence + "nothing was left " + when_it_ended(process) + ".";
  sentence += what_is_live(process) + " still live " + when_it_ended(process);
  if (!process.sites.empty() && process.sites.front().live_bytes != 0) {
    const ReportSite& largest = process.sites.front();
    sentence += " (most from " + place_of(largest, frames) + ", " + format_bytes(largest.live_bytes) + ")";
  }
  if (process.duration_ns < kShortestJudgedRunNs) {
    return sentence + "; the run of " + format_duration(process.duration_ns) +
           " is too short to judge growth.";
  }
  return sentence + ", none of it growing steadily.";
}

}  // namespace

Severity severity_of(std::size_t potential_leaks) {
  constexpr std::size_t kCriticalFrom = 3;
  if (potential_leaks == 0) return Severity::kGood;
  return potential_leaks < kCriticalFrom ? Severity::kWarning : Severity::kCritical;
}

std::string verdict_of(const ReportProcess& process, const std::vector<ReportFrame>& frames) {
  if (process.findings.empty()) return nothing_found(process, frames);
  std::uint64_t bytes = 0;
  for (const ReportFinding& finding : process.findings) bytes += finding.bytes;
  const std::size_t count = process.findings.size();
  std::string sentence = format_count(count) +
                         (count == 1 ? " potential leak holds " : " potential leaks hold ") +
                         format_bytes(bytes) + " " + when_it_ended(process) + ".";
  return sentence + (count == 1 ? " " : " The largest: ") + process.findings.front().title + ".";
}

std::string end_phrase(const ReportProcess& process) {
  const std::string code = std::to_string(process.end_code);
  if (process.end_kind == "exited") return "exited with code " + code;
  if (process.end_kind == "exec") return "was replaced by exec";
  if (process.end_kind == "running") return "is still running";
  if (process.end_kind != "signaled") return "end not seen (killed, or still running elsewhere)";
  const char* name = ::strsignal(static_cast<int>(process.end_code));
  return "was killed by signal " + code + (name == nullptr ? "" : std::string(" (") + name + ")");
}

std::string place_of(const ReportFrame& frame) {
  const std::string name(qualified_name(frame.function));
  if (!frame.file.empty()) {
    return name + " (" + base_name(frame.file) + ":" + std::to_string(frame.line) + ")";
  }
  return frame.module.empty() ? name : name + " (" + base_name(frame.module) + ")";
}

}  // namespace leak::scan
