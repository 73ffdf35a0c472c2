#include "report/process_facts.h"

#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <utility>

#include "report/sampling_notes.h"
#include "trace_format/record.h"

namespace leak::scan {

namespace {

std::string hex_of(const std::vector<std::uint8_t>& bytes) {
  static constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const std::uint8_t byte : bytes) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

void copy_process(const ProcessInfo& from, ReportProcess& to) {
  to.trace_path = from.trace_path;
  to.exe = from.exe;
  to.argv = from.argv;
  to.pid = from.pid;
  to.parent_pid = from.parent_pid;
  to.forked_from = from.forked_from;
  to.fork_time_ns = from.fork_time_ns;
  to.start_time_unix_ns = from.start_time_unix_ns;
  to.duration_ns = from.duration_ns;
  to.allocator = from.allocator;
  to.end_kind = end_kind_of(from);
  to.end_code = from.end_code;
  to.still_running = from.still_running;
}

ReportTotals totals_of(const HeapTotals& from, bool is_sampled) {
  ReportTotals to;
  to.events = from.events;
  to.allocations = from.allocations;
  to.deallocations = from.deallocations;
  to.allocated_bytes = from.allocated_bytes;
  to.live_blocks = from.live.blocks;
  to.live_bytes = from.live.bytes;
  to.peak_bytes = from.peak.bytes;
  to.peak_blocks = from.peak.blocks;
  to.peak_time_ns = from.peak_time_ns;
  to.temporary_allocations = from.temporary_allocations;
  to.failed_allocations = from.failed_allocations;
  if (is_sampled) {
    to.sampled = ReportSampled{from.recorded_live_blocks, from.live_bytes_error, from.allocated_bytes_error};
  }
  return to;
}

ReportTimeline timeline_of(const std::vector<TimelinePoint>& points) {
  ReportTimeline timeline;
  for (const TimelinePoint& point : points) {
    timeline.time_ns.push_back(point.time_ns);
    timeline.heap_bytes.push_back(point.heap.bytes);
    timeline.heap_max_bytes.push_back(point.heap_max_bytes);
    timeline.blocks.push_back(point.heap.blocks);
    timeline.mapped_bytes.push_back(point.mapped_bytes);
    timeline.rss_bytes.push_back(point.rss_bytes);
    timeline.anonymous_bytes.push_back(point.anonymous_bytes);
  }
  return timeline;
}

// "malloc": 12. Index: number of trace::Op; largest first.
std::vector<ReportNamedCount> counts_by_name(const std::vector<std::uint64_t>& by_op) {
  std::vector<ReportNamedCount> counts;
  for (std::size_t op = 0; op != by_op.size(); ++op) {
    const char* name = trace::name_of(static_cast<trace::Op>(op));
    if (by_op[op] != 0 && name != nullptr) counts.push_back({name, by_op[op]});
  }
  std::stable_sort(counts.begin(), counts.end(),
                   [](const auto& a, const auto& b) { return a.count > b.count; });
  return counts;
}

}  // namespace

std::string end_kind_of(const ProcessInfo& process) {
  if (process.still_running) return "running";
  switch (process.end) {
    case trace::EndKind::kExited:
      return "exited";
    case trace::EndKind::kSignaled:
      return "signaled";
    case trace::EndKind::kExec:
      return "exec";
    case trace::EndKind::kUnknown:
      break;
  }
  return "unknown";
}

std::vector<ReportModule> modules_of(const std::vector<Module>& loads) {
  std::vector<ReportModule> modules;
  std::map<std::pair<std::string, std::string>, std::size_t> known;
  for (const Module& load : loads) {
    const std::string build_id = hex_of(load.build_id);
    const auto [entry, is_new] = known.try_emplace({load.path, build_id}, modules.size());
    if (is_new) modules.push_back({load.path, build_id, {}});
    modules[entry->second].epochs.push_back({load.map_start, load.map_end, load.first_seen_ns, load.gone_ns});
  }
  return modules;
}

ReportProcess facts_of(const HeapHistory& history) {
  ReportProcess process;
  copy_process(history.process, process);
  process.sampling = sampling_of(history);
  process.totals = totals_of(history.totals, !history.sampling.empty());
  process.mappings.maps = history.mappings.maps;
  process.mappings.unmaps = history.mappings.unmaps;
  process.mappings.live_bytes = history.mappings.live_bytes;
  process.mappings.peak_bytes = history.mappings.peak_bytes;
  process.mappings.brk_bytes = history.mappings.brk_bytes;
  process.bucket_end_ns = history.bucket_end_ns;
  process.timeline = timeline_of(history.timeline);
  process.modules = modules_of(history.modules);
  for (const Thread& thread : history.threads) {
    process.threads.push_back({thread.tid.value, thread.name, thread.allocations, thread.allocated_bytes});
  }
  std::stable_sort(process.threads.begin(), process.threads.end(),
                   [](const auto& a, const auto& b) { return a.allocated_bytes > b.allocated_bytes; });
  process.allocations_by_function = counts_by_name(history.allocations_by_op);
  process.deallocations_by_function = counts_by_name(history.deallocations_by_op);
  for (const SizeClass& size : history.size_classes) {
    process.size_classes.push_back({size.min_bytes, size.allocations, size.allocated_bytes});
  }
  for (const LifetimeClass& one : history.lifetimes) process.lifetimes.push_back({one.min_ns, one.blocks, one.bytes});
  process.lifetime_resolution_ns = history.lifetime_resolution_ns;
  process.diagnostics = history.diagnostics;
  const std::vector<std::string> notes = sampling_notes(history);
  process.diagnostics.warnings.insert(process.diagnostics.warnings.begin(), notes.begin(), notes.end());
  return process;
}

}  // namespace leak::scan
