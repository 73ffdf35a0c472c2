// Sudden allocations: moments at which the heap rises by much within little time, and either falls back or
// stays on its new level.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "replay/heap_history.h"

namespace leak::scan {

struct Spike {
  std::uint64_t begin_ns = 0;           // the lowest point before
  std::uint64_t top_ns = 0;             // the highest, to within a thousandth of the run
  std::optional<std::uint64_t> end_ns;  // half of the rise is gone; absent: it stayed to the end
  std::uint64_t from_bytes = 0;         // at begin_ns
  std::uint64_t top_bytes = 0;
  std::vector<SiteLive> sites;  // what they rose by, largest first; filled by attribute_spikes()
};

// By time, at most ten, the largest. A rise counts that takes no longer than a fiftieth of the run and is at
// least 1 MiB and a quarter of the highest heap. What is often that high is the program's way, not a spike;
// neither is what a program builds up when it starts.
std::vector<Spike> find_spikes(const HeapHistory& history);

// The spans to replay once more (ReplayOptions::spans) to learn whose the spikes are, and what came of it.
// `seen` is the history with those spans; its sites are those of `history`.
std::vector<TimeSpan> spans_of(const std::vector<Spike>& spikes);
void attribute_spikes(std::vector<Spike>& spikes, const HeapHistory& seen, const HeapHistory& history);

}  // namespace leak::scan
