#include "replay/process_info.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <sstream>
#include <string>
#include <string_view>

#include "base/text.h"

namespace leak::scan {

namespace {

// A process of that number that runs the same program. The number alone may have been given to another one
// since.
bool is_running(std::uint32_t pid, const std::string& exe) {
  std::array<char, 4096> target{};
  const std::string link = "/proc/" + std::to_string(pid) + "/exe";
  const ssize_t length = ::readlink(link.c_str(), target.data(), target.size());
  if (length <= 0) return false;
  std::string_view running(target.data(), static_cast<std::size_t>(length));
  constexpr std::string_view kDeleted = " (deleted)";  // the program file was replaced meanwhile
  if (running.ends_with(kDeleted)) running.remove_suffix(kDeleted.size());
  return base_name(running) == base_name(exe);
}

std::uint64_t dropped_events(const TraceReader& reader) {
  std::uint64_t dropped = 0;
  if (reader.meta().counters) {
    for (const std::uint64_t count : reader.meta().counters->dropped) dropped += count;
  }
  // Both are running totals of the same counters: the larger one is the newer.
  if (reader.journal()) dropped = std::max(dropped, reader.journal()->drops);
  return dropped;
}

}  // namespace

ProcessInfo describe_process(const TraceReader& reader, std::uint64_t duration_ns, Diagnostics& diagnostics) {
  ProcessInfo info;
  info.trace_path = reader.path();
  info.duration_ns = duration_ns;
  diagnostics.dropped_events = dropped_events(reader);
  const TraceMeta& meta = reader.meta();
  if (meta.process) {
    const ProcessMeta& process = *meta.process;
    info.exe = process.exe;
    info.argv = process.argv;
    info.working_directory = process.working_directory;
    info.allocator = process.allocator;
    info.hook_version = process.hook_version;
    std::istringstream settings(process.settings);
    for (std::string line; std::getline(settings, line);) {
      if (!line.empty()) info.settings.push_back(line);
    }
    info.pid = process.record.pid;
    info.parent_pid = process.record.parent_pid;
    info.forked_from = process.parent_trace;
    info.start_time_unix_ns = process.record.start_realtime_ns;
  }
  info.memory_limit_bytes = meta.memory_limit_bytes.value_or(0);
  if (meta.end) {
    info.end = meta.end->end;
    info.end_code = meta.end->code;
  } else {
    diagnostics.truncated = true;
    info.still_running = reader.journal() && !info.exe.empty() && is_running(info.pid, info.exe);
  }
  return info;
}

std::vector<Thread> list_threads(const TraceMeta& meta, const TraceClock& clock) {
  std::vector<Thread> threads;
  for (const ThreadMeta& source : meta.threads) {
    Thread& thread = threads.emplace_back();
    thread.tid = ThreadId(source.tid);
    thread.name = source.name;
    if (source.started_ticks) thread.started_ns = clock.ns_at(*source.started_ticks);
    if (source.ended_ticks) thread.ended_ns = clock.ns_at(*source.ended_ticks);
  }
  return threads;
}

}  // namespace leak::scan
