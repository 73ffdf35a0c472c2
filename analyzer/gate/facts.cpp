#include "gate/facts.h"

#include <algorithm>

#include "diff/fingerprint.h"
#include "report/findings.h"
#include "report/verdict.h"

namespace leak::scan {

namespace {

constexpr std::size_t kLongestMatched = 4096;  // of a function's name: std::regex recurses by character

const char* kNoScan = "its heap was not scanned at the end (killed, or LEAKHOOK_SCAN=off)";

bool counts(const GateLeak& leak) {
  return leak.state == LeakState::kOpen || leak.state == LeakState::kGrown;
}

bool is_of_lost_blocks(const GateLeak& leak) { return leak.kind == "leak" || leak.kind == "cycle"; }

std::uint64_t reduced(std::uint64_t total, std::uint64_t by) { return total - std::min(total, by); }

std::uint64_t lost_of(const std::optional<ReportClasses>& lost, bool bytes) {
  if (!lost) return 0;
  return bytes ? lost->definitely_lost.bytes + lost->indirectly_lost.bytes
               : lost->definitely_lost.blocks + lost->indirectly_lost.blocks;
}

double of_site(Fact fact, const ReportSite& site) {
  const auto number = [](std::uint64_t value) { return static_cast<double>(value); };
  switch (fact) {
    case Fact::kLost:
      return number(lost_of(site.lost, false));
    case Fact::kLostBytes:
      return number(lost_of(site.lost, true));
    case Fact::kPossiblyLost:
      return number(site.lost ? site.lost->possibly_lost.blocks : 0);
    case Fact::kPeak:
      return number(site.peak_bytes);
    case Fact::kLive:
      return number(site.live_blocks);
    case Fact::kLiveBytes:
      return number(site.live_bytes);
    case Fact::kAllocations:
      return number(site.allocations);
    case Fact::kAllocatedBytes:
      return number(site.allocated_bytes);
    default:
      return number(site.temporary_allocations);
  }
}

using Frames = std::vector<ReportFrame>;

// A rule about the whole process matches every stack.
bool matches(const Rule& rule, const std::vector<FrameId>& stack, const Frames& frames) {
  return !rule.site || std::any_of(stack.begin(), stack.end(), [&](FrameId id) {
    return std::regex_search(frames[id.index()].function.substr(0, kLongestMatched), *rule.site);
  });
}

double sum_of_sites(const Rule& rule, const ReportProcess& process, const Frames& frames) {
  double sum = 0;
  for (const ReportSite& site : process.sites) {
    if (matches(rule, site.stack, frames)) sum += of_site(rule.fact->fact, site);
  }
  return sum;
}

// Of the sites whose growth was judged a leak, those that nobody decided to live with.
double growth_that_counts(const Rule& rule, const ReportModel& model, std::size_t index,
                          const std::vector<GateLeak>& leaks) {
  const auto is_excused = [&](const ReportSite& site) {
    const std::string fingerprint = fingerprint_of(site.stack, model.frames).id;
    return std::any_of(leaks.begin(), leaks.end(), [&](const GateLeak& leak) {
      return leak.process == index && !counts(leak) && leak.fingerprint == fingerprint;
    });
  };
  double sum = 0;
  for (const ReportSite& site : model.processes[index].sites) {
    const bool is_leak = site.growth && site.growth->verdict == "leak" && site.growth->slope_bytes_per_s > 0;
    if (is_leak && matches(rule, site.stack, model.frames) && !is_excused(site))
      sum += site.growth->slope_bytes_per_s;
  }
  return sum;
}

// What no frame of the program is to blame for, the C library opened for itself.
double descriptors_left_open(const Rule& rule, const ReportProcess& process, const Frames& frames) {
  std::uint64_t count = 0;
  for (const ReportDescriptorSite& site : process.resources.fd_sites) {
    if (site.blamed && matches(rule, site.stack, frames)) count += site.open;
  }
  return static_cast<double>(count);
}

double unjoined_threads(const Rule& rule, const ReportProcess& process, const Frames& frames) {
  const std::vector<ReportUnjoinedThread>& threads = process.resources.unjoined_threads;
  return static_cast<double>(std::count_if(threads.begin(), threads.end(), [&](const auto& thread) {
    return thread.blamed && matches(rule, thread.stack, frames);
  }));
}

double cycles_that_count(const ReportProcess& process, std::size_t index,
                         const std::vector<GateLeak>& leaks) {
  std::uint64_t count = 0;
  for (const ReportCycle& cycle : process.cycles) count += cycle.instances;
  const auto closed = std::count_if(leaks.begin(), leaks.end(), [index](const GateLeak& leak) {
    return leak.process == index && leak.kind == "cycle" && !counts(leak);
  });
  const bool any_open = std::any_of(leaks.begin(), leaks.end(), [index](const GateLeak& leak) {
    return leak.process == index && leak.kind == "cycle" && counts(leak);
  });
  return closed != 0 && !any_open ? 0 : static_cast<double>(count);
}

double leaks_in_state(LeakState state, std::size_t index, const std::vector<GateLeak>& leaks) {
  return static_cast<double>(std::count_if(leaks.begin(), leaks.end(), [=](const GateLeak& leak) {
    return leak.process == index && leak.state == state;
  }));
}

// Without blocks there is nothing to scan, and a recorder that saw none does not look.
bool has_no_blocks(const ReportProcess& process) {
  return process.totals.live_blocks == 0 && process.sampling.empty() &&
         process.diagnostics.dropped_events == 0;
}

// Without the leaks that somebody lives with. A place of which one stack counts does count.
double severity_that_counts(const ReportProcess& process, std::size_t index,
                            const std::vector<GateLeak>& leaks) {
  const auto of_process = [index](const GateLeak& leak) { return leak.process == index; };
  const auto all = std::count_if(leaks.begin(), leaks.end(), of_process);
  const auto open = std::count_if(leaks.begin(), leaks.end(), [&of_process](const GateLeak& leak) {
    return of_process(leak) && counts(leak);
  });
  const auto alarms = std::count_if(process.findings.begin(), process.findings.end(), is_alarm);
  const bool meets_limit = open != 0 && process.limit && process.limit->is_met;
  const auto potential = static_cast<std::size_t>(open == all ? alarms : std::min(open, alarms));
  return static_cast<double>(severity_of(potential, meets_limit));
}

const char* why_unknown(Fact fact, const ReportProcess& process, bool has_baseline) {
  switch (fact) {
    case Fact::kLost:
    case Fact::kLostBytes:
    case Fact::kPossiblyLost:
    case Fact::kCycles:
      return process.truth || has_no_blocks(process) ? nullptr : kNoScan;
    case Fact::kGrowth:
      return process.duration_ns < kShortestJudgedRunNs ? "it ran for less than a second" : nullptr;
    case Fact::kFds:
      return process.resources.has_descriptors ? nullptr : "file descriptors were not recorded";
    case Fact::kThreads:
      return process.resources.has_threads ? nullptr : "joins of threads were not recorded";
    case Fact::kNewLeaks:
    case Fact::kGrownLeaks:
      return has_baseline ? nullptr : "there is nothing to compare with: give --baseline FILE";
    default:
      return nullptr;
  }
}

}  // namespace

ReportCount lost_that_counts(const ReportProcess& process, std::size_t index,
                             const std::vector<GateLeak>& leaks) {
  if (!process.truth) return {};
  const ReportClasses& blocks = process.truth->last().blocks;
  ReportCount lost{blocks.definitely_lost.blocks + blocks.indirectly_lost.blocks,
                   blocks.definitely_lost.bytes + blocks.indirectly_lost.bytes};
  bool any_counts = false;
  bool any_excused = false;
  for (const GateLeak& leak : leaks) {
    if (leak.process != index || !is_of_lost_blocks(leak)) continue;
    any_counts = any_counts || counts(leak);
    if (counts(leak)) continue;
    any_excused = true;
    lost.blocks = reduced(lost.blocks, leak.blocks);
    lost.bytes = reduced(lost.bytes, leak.bytes);
  }
  // Blocks that several lost ones hold together belong to none of them: they go with the last.
  return any_excused && !any_counts ? ReportCount{} : lost;
}

FactValue fact_of(const Rule& rule, const ReportModel& model, std::size_t index,
                  const std::vector<GateLeak>& leaks, bool has_baseline) {
  const ReportProcess& process = model.processes[index];
  if (const char* why = why_unknown(rule.fact->fact, process, has_baseline)) return {std::nullopt, why};
  switch (rule.fact->fact) {
    case Fact::kGrowth:
      return {growth_that_counts(rule, model, index, leaks), {}};
    case Fact::kFds:
      return {descriptors_left_open(rule, process, model.frames), {}};
    case Fact::kThreads:
      return {unjoined_threads(rule, process, model.frames), {}};
    default:
      if (rule.site) return {sum_of_sites(rule, process, model.frames), {}};
  }
  const auto known = [](std::uint64_t value) { return FactValue{static_cast<double>(value), {}}; };
  switch (rule.fact->fact) {
    case Fact::kLost:
      return known(lost_that_counts(process, index, leaks).blocks);
    case Fact::kLostBytes:
      return known(lost_that_counts(process, index, leaks).bytes);
    case Fact::kPossiblyLost:
      return known(process.truth ? process.truth->last().blocks.possibly_lost.blocks : 0);
    case Fact::kCycles:
      return {cycles_that_count(process, index, leaks), {}};
    case Fact::kPeak:
      return known(process.totals.peak_bytes);
    case Fact::kLive:
      return known(process.totals.live_blocks);
    case Fact::kLiveBytes:
      return known(process.totals.live_bytes);
    case Fact::kAllocations:
      return known(process.totals.allocations);
    case Fact::kAllocatedBytes:
      return known(process.totals.allocated_bytes);
    case Fact::kTemporary:
      return known(process.totals.temporary_allocations);
    case Fact::kNewLeaks:
      return {leaks_in_state(LeakState::kOpen, index, leaks), {}};
    case Fact::kGrownLeaks:
      return {leaks_in_state(LeakState::kGrown, index, leaks), {}};
    case Fact::kSeverity:
      return {severity_that_counts(process, index, leaks), {}};
    case Fact::kDroppedEvents:
      return known(process.diagnostics.dropped_events);
    default:
      return {sum_of_sites(rule, process, model.frames), {}};
  }
}

}  // namespace leak::scan
