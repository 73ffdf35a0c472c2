#include "report/process_tree.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace leak::scan {

namespace {

// The latest process with `pid` that started before `child` did (pids are reused).
std::optional<std::uint32_t> find_before(const std::vector<ReportProcess>& by_start, std::uint32_t child,
                                         std::uint32_t pid) {
  for (std::uint32_t i = child; i-- != 0;) {
    if (by_start[i].pid == pid) return i;
  }
  return std::nullopt;
}

std::optional<std::uint32_t> parent_of(const std::vector<ReportProcess>& by_start, std::uint32_t child) {
  const std::optional<std::uint32_t> before_exec = find_before(by_start, child, by_start[child].pid);
  if (before_exec && by_start[*before_exec].parent_pid == by_start[child].parent_pid) return before_exec;
  return find_before(by_start, child, by_start[child].parent_pid);
}

}  // namespace

void order_as_tree(std::vector<ReportProcess>& processes) {
  std::stable_sort(processes.begin(), processes.end(), [](const ReportProcess& a, const ReportProcess& b) {
    return a.start_time_unix_ns < b.start_time_unix_ns;
  });
  const auto count = static_cast<std::uint32_t>(processes.size());
  std::vector<std::vector<std::uint32_t>> children(count);
  std::vector<std::uint32_t> pending;  // a stack: the next one is at its end
  for (std::uint32_t i = count; i-- != 0;) {
    const std::optional<std::uint32_t> parent = parent_of(processes, i);
    (parent ? children[*parent] : pending).push_back(i);  // latest first
    processes[i].parent = parent;
  }

  std::vector<ReportProcess> ordered;
  std::vector<std::uint32_t> new_position(count);
  while (!pending.empty()) {
    const std::uint32_t current = pending.back();
    pending.pop_back();
    pending.insert(pending.end(), children[current].begin(), children[current].end());
    new_position[current] = static_cast<std::uint32_t>(ordered.size());
    ReportProcess process = std::move(processes[current]);
    if (process.parent) {
      process.parent = new_position[*process.parent];
      process.depth = ordered[*process.parent].depth + 1;
    }
    ordered.push_back(std::move(process));
  }
  processes = std::move(ordered);
}

}  // namespace leak::scan
