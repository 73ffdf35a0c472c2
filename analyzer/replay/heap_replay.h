// A recording to the history of its heap: the public entry of replay.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "decode/trace_source.h"
#include "replay/heap_history.h"

namespace leak::scan {

struct ReplayOptions {
  // Sites count only allocations made in [from, to], and their live blocks are those of `to`; without them
  // the whole run. Totals and the timeline are of the whole run in any case.
  std::optional<std::uint64_t> from_ns;
  std::optional<std::uint64_t> to_ns;

  std::uint32_t automatic_snapshots = 8;
  std::uint32_t timeline_points = 1000;
  std::uint32_t site_buckets = 64;
  std::uint32_t cohorts = 64;

  // Fills HeapHistory::rises. Spans are in order and do not overlap; the peak of the run and the sites' shares
  // of it are then not to be used.
  std::vector<TimeSpan> spans;

  unsigned threads = 0;  // that can be busy; 0: as many as there are processors, but no more than are useful
  // Threads that look blocks up, besides one that accounts for them (shard_pipeline.h); by default as many as
  // the number of threads asks for; 0: none.
  std::optional<unsigned> shards;

  // Opens the trace of a forked child's parent; nullopt when it is not to be found. The default looks for the
  // file as recorded, then for its name next to the child's trace.
  std::function<std::optional<TraceSource>(const std::string& recorded_path, const std::string& child_path)>
      find_parent;
};

// Throws CommandError when `path` is no trace that can be read. Damage is told in HeapHistory::diagnostics.
HeapHistory replay_trace(const std::string& path, const ReplayOptions& options);
HeapHistory replay_trace(TraceSource source, const ReplayOptions& options);

}  // namespace leak::scan
