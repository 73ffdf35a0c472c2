#include "replay/event_quantiles.h"

#include <algorithm>

namespace leak::scan {

namespace {

struct Turn {
  std::uint64_t ticks = 0;
  double change = 0;  // of the events per tick
};

// Where a chunk begins and where it ends.
std::vector<Turn> turns_of(const std::vector<EventChunkRef>& chunks, std::uint64_t from, std::uint64_t to) {
  std::vector<Turn> turns;
  turns.reserve(chunks.size() * 2);
  for (const EventChunkRef& chunk : chunks) {
    const std::uint64_t first = chunk.frame.first_ticks;
    const std::uint64_t last = std::max(chunk.frame.last_ticks, first);
    if (last < from || first > to) continue;
    const double rate = static_cast<double>(chunk.frame.item_count) / (static_cast<double>(last - first) + 1);
    turns.push_back({std::max(first, from), rate});
    turns.push_back({std::min(last, to) + 1, -rate});
  }
  std::sort(turns.begin(), turns.end(), [](const Turn& a, const Turn& b) { return a.ticks < b.ticks; });
  return turns;
}

}  // namespace

std::vector<std::uint64_t> event_quantiles(const std::vector<EventChunkRef>& chunks, std::uint64_t from,
                                           std::uint64_t to, std::uint32_t parts) {
  const std::vector<Turn> turns = turns_of(chunks, from, to);
  double total = 0;
  double rate = 0;
  for (std::size_t i = 0; i + 1 < turns.size(); ++i) {
    rate += turns[i].change;
    total += rate * static_cast<double>(turns[i + 1].ticks - turns[i].ticks);
  }
  std::vector<std::uint64_t> quantiles;
  double sum = 0;
  rate = 0;
  for (std::size_t i = 0; i + 1 < turns.size(); ++i) {
    rate += turns[i].change;
    const double length = static_cast<double>(turns[i + 1].ticks - turns[i].ticks);
    while (quantiles.size() + 1 < parts) {
      const double wanted = total * static_cast<double>(quantiles.size() + 1) / parts;
      if (rate <= 0 || sum + rate * length < wanted) break;
      quantiles.push_back(turns[i].ticks + static_cast<std::uint64_t>(std::max(0.0, (wanted - sum) / rate)));
    }
    sum += rate * length;
  }
  return quantiles;
}

}  // namespace leak::scan
