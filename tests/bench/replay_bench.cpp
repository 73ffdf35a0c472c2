// CPU time of decode and replay per million events, on a synthetic trace (synthetic_trace.h).
//
//   replay_bench [events] [live blocks] [program threads] [analyzer threads] [time quantum shift] [address
//   model: 0|1]
#include <sys/resource.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "bench/synthetic_trace.h"
#include "replay/heap_replay.h"

namespace {

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

long page_faults() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_minflt;
}

}  // namespace

int main(int argc, char** argv) {
  leak::bench::TracePlan plan;
  unsigned analyzer_threads = 2;
  if (argc > 1) plan.events = std::strtoull(argv[1], nullptr, 10);
  if (argc > 2) plan.live_blocks = std::strtoull(argv[2], nullptr, 10);
  if (argc > 3) plan.program_threads = static_cast<std::uint32_t>(std::strtoul(argv[3], nullptr, 10));
  if (argc > 4) analyzer_threads = static_cast<unsigned>(std::strtoul(argv[4], nullptr, 10));
  if (argc > 5) plan.quantum_shift = static_cast<std::uint32_t>(std::strtoul(argv[5], nullptr, 10));
  if (argc > 6) plan.address_model = std::strtoul(argv[6], nullptr, 10) != 0;
  leak::scan::TraceSource source = leak::bench::make_trace(plan);
  const double trace_bytes = static_cast<double>(source.trace->size());
  leak::scan::ReplayOptions options;
  options.threads = analyzer_threads;
  const long faults_before = page_faults();
  const double before = cpu_seconds();
  const leak::scan::HeapHistory history = leak::scan::replay_trace(std::move(source), options);
  const double spent = cpu_seconds() - before;
  const long faults = page_faults() - faults_before;
  const double events = static_cast<double>(history.totals.events);
  std::printf("%.0f events, %.2f bytes/event, %zu sites, %zu stack nodes, %llu live blocks\n", events,
              trace_bytes / events, history.sites.size(), history.stacks.size(),
              static_cast<unsigned long long>(history.totals.live.blocks));
  std::printf("conflicts %llu, page faults %ld, CPU %.3f s, %.4f s per million events\n",
              static_cast<unsigned long long>(history.diagnostics.unknown_frees +
                                              history.diagnostics.double_allocations),
              faults, spent, spent / events * 1e6);
  return 0;
}
