#include "report/verdict.h"

#include <cstring>

#include "base/text.h"
#include "base/units.h"
#include "report/findings.h"
#include "report/limit.h"
#include "report/system_frames.h"

namespace leak::scan {

namespace {

std::string when_it_ended(const ReportProcess& process) {
  if (process.end_kind == "exited") return "at exit";
  if (process.end_kind == "exec") return "when it was replaced by exec";
  if (process.still_running) return "so far";
  return "when the recording ended";
}

std::string what_is_live(const ReportProcess& process) {
  return (process.totals.sampled ? "an estimated " : "") +
         format_heap(process.totals.live_bytes, process.totals.live_blocks);
}

// Of what the run was long enough to judge growth in general, but not for its long-lived blocks.
std::string undecided(const ReportProcess& process) {
  constexpr std::uint64_t kWorthTelling = 1024;
  std::uint64_t bytes = 0;
  std::uint64_t sites = 0;
  for (const ReportSite& site : process.sites) {
    if (!site.growth || site.growth->verdict != "too_short" || site.live_bytes == 0) continue;
    bytes += site.live_bytes;
    ++sites;
  }
  if (bytes < kWorthTelling || process.duration_ns < kShortestJudgedRunNs) return {};
  return " The run is too short to tell whether " + format_bytes(bytes) + " from " + format_count(sites) +
         (sites == 1 ? " call path pile up." : " call paths pile up.");
}

bool is_given_back(const ReportFinding& finding) { return !fact_of(finding, kGivenBack).empty(); }

// Of what only grows and raises no alarm: it is held by something in a run too short to call that a leak, or
// went when the program ended.
std::string noted_growth(const ReportProcess& process, bool given_back) {
  const ReportFinding* largest = nullptr;
  std::size_t count = 0;
  for (const ReportFinding& finding : process.findings) {
    if (finding.kind != "growth" || is_alarm(finding) || is_given_back(finding) != given_back) continue;
    if (largest == nullptr) largest = &finding;
    ++count;
  }
  if (largest == nullptr) return {};
  const std::string why =
      given_back ? " While it worked, "
                 : " In " + format_duration(process.duration_ns) + ", too short to call it a leak, ";
  return why + format_count(count) +
         (count == 1 ? " place only grew: " : " places only grew, most of all: ") + largest->title + ".";
}

std::string noted_growth(const ReportProcess& process) {
  return noted_growth(process, false) + noted_growth(process, true);
}

// With a heap graph: all that is live is held by something.
std::string all_reachable(const ReportProcess& process) {
  const ReportClasses& blocks = process.truth->last().blocks;
  std::string sentence = "Nothing is lost: ";
  if (blocks.possibly_lost.blocks != 0) {
    sentence = "Nothing is definitely lost; " +
               format_heap(blocks.possibly_lost.bytes, blocks.possibly_lost.blocks) + " possibly: ";
  }
  const ReportCount& reachable = blocks.still_reachable;
  sentence += format_heap(reachable.bytes, reachable.blocks) + (reachable.blocks == 1 ? " is" : " are") +
              " still reachable";
  if (!process.retained.empty() && process.retained.front().bytes != 0) {
    const ReportHeld& most = process.retained.front();
    sentence += " (" + format_bytes(most.bytes) + " through " + most.root + ")";
  }
  if (const ReportCount& runtime = process.truth->last().runtime; runtime.blocks != 0) {
    sentence += ", " + format_heap(runtime.bytes, runtime.blocks) + (runtime.blocks == 1 ? " is" : " are") +
                " the C and C++ runtime's own";
  }
  return sentence + "." + noted_growth(process) + undecided(process);
}

// Empty when nothing is.
std::string suppressed_only(const ReportProcess& process) {
  std::uint64_t count = 0;
  std::uint64_t bytes = 0;
  for (const ReportFinding& finding : process.findings) {
    if (finding.evidence.empty() || finding.evidence.back().first != kSuppressedBy) continue;
    ++count;
    bytes += finding.bytes;
  }
  if (count == 0) return {};
  return "Nothing to report but " + format_count(count) + " suppressed " +
         (count == 1 ? "leak, which holds " : "leaks, which hold ") + format_bytes(bytes) + " " +
         when_it_ended(process) + ".";
}

std::string nothing_found(const ReportProcess& process, const std::vector<ReportFrame>& frames) {
  if (std::string sentence = suppressed_only(process); !sentence.empty()) return sentence;
  if (process.truth && process.totals.live_blocks != 0) return all_reachable(process);
  std::string sentence = "The heap peaked at " + format_bytes(process.totals.peak_bytes) + "; ";
  if (process.totals.live_blocks == 0)
    return sentence + "nothing was left " + when_it_ended(process) + "." + noted_growth(process);
  sentence += what_is_live(process) + " still live " + when_it_ended(process);
  if (!process.sites.empty() && process.sites.front().live_bytes != 0) {
    const ReportSite& largest = process.sites.front();
    sentence += " (most from " + place_of(largest, frames) + ", " + format_bytes(largest.live_bytes) + ")";
  }
  if (process.duration_ns < kShortestJudgedRunNs) {
    return sentence + "; the run of " + format_duration(process.duration_ns) +
           " is too short to judge growth.";
  }
  return sentence + ", none of it growing steadily." + undecided(process);
}

}  // namespace

Severity severity_of(std::size_t potential_leaks, bool meets_limit) {
  constexpr std::size_t kCriticalFrom = 3;
  if (potential_leaks == 0) return Severity::kGood;
  return potential_leaks >= kCriticalFrom || meets_limit ? Severity::kCritical : Severity::kWarning;
}

std::string verdict_of(const ReportProcess& process, const std::vector<ReportFrame>& frames) {
  std::uint64_t bytes = 0;
  std::size_t count = 0;
  const ReportFinding* largest = nullptr;
  for (const ReportFinding& finding : process.findings) {
    if (!is_alarm(finding)) continue;
    if (largest == nullptr) largest = &finding;
    bytes += finding.bytes;
    ++count;
  }
  if (largest == nullptr) return nothing_found(process, frames);
  const std::string what = std::string(process.truth ? "leak" : "potential leak") + (count == 1 ? " " : "s ");
  const std::string holds = count == 1 ? "holds " : "hold ";
  const std::string sentence = format_count(count) + " " + what +
                               (bytes == 0 ? "found " : holds + format_bytes(bytes) + " ") +
                               when_it_ended(process) + ".";
  const std::string told = sentence + (count == 1 ? " " : " The largest: ") + largest->title + ".";
  return process.limit && process.limit->met ? told + " " + limit_sentence(*process.limit) : told;
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
    return name + " (" + std::string(base_name(frame.file)) + ":" + std::to_string(frame.line) + ")";
  }
  return frame.module.empty() ? name : name + " (" + std::string(base_name(frame.module)) + ")";
}

}  // namespace leak::scan
