// CPU time, wall time and memory of decode and replay, for a recorded trace.
//
//   analyze_bench trace.zst [analyzer threads] [rounds] [shards]
//
// Prints the best of the rounds: other load on the machine only ever adds.
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <limits>

#include "decode/event_feed.h"
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

double wall_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

// Best of several rounds.
struct Spent {
  double cpu = std::numeric_limits<double>::max();
  double wall = std::numeric_limits<double>::max();

  template <class Work>
  void measure(Work work) {
    const double cpu_before = cpu_seconds();
    const double wall_before = wall_seconds();
    work();
    cpu = std::min(cpu, cpu_seconds() - cpu_before);
    wall = std::min(wall, wall_seconds() - wall_before);
  }
};

void decode_all(const char* path) {
  leak::scan::Diagnostics diagnostics;
  const leak::scan::TraceReader reader =
      leak::scan::TraceReader::open(leak::scan::open_trace_files(path), diagnostics);
  leak::scan::EventFeed feed(reader, {});
  while (!feed.done()) feed.next();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fputs("usage: analyze_bench trace.zst [analyzer threads] [rounds] [shards]\n", stderr);
    return 2;
  }
  leak::scan::ReplayOptions options;
  if (argc > 2) options.threads = static_cast<unsigned>(std::strtoul(argv[2], nullptr, 10));
  const int rounds = argc > 3 ? std::atoi(argv[3]) : 3;
  if (argc > 4) options.shards = static_cast<unsigned>(std::strtoul(argv[4], nullptr, 10));
  Spent decode;
  Spent whole;
  double events = 0;
  std::size_t sites = 0;
  std::size_t nodes = 0;
  for (int i = 0; i != rounds; ++i) {
    decode.measure([&] { decode_all(argv[1]); });
    whole.measure([&] {
      const leak::scan::HeapHistory history = leak::scan::replay_trace(argv[1], options);
      events = static_cast<double>(history.totals.events);
      sites = history.sites.size();
      nodes = history.stacks.size();
    });
  }
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  std::printf("%.0f events, %zu sites, %zu stack nodes\n", events, sites, nodes);
  std::printf("decode            %.1f ns CPU an event\n", decode.cpu / events * 1e9);
  std::printf("decode + replay   %.1f ns CPU an event, wall %.3f s, peak RSS %.1f MiB\n",
              whole.cpu / events * 1e9, whole.wall, static_cast<double>(usage.ru_maxrss) / 1024);
  return 0;
}
