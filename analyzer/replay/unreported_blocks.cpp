#include "replay/unreported_blocks.h"

#include <algorithm>
#include <limits>
#include <unordered_map>

namespace leak::scan {

namespace {

// Times are quanta. What is said lies after the events of its own quantum.
struct Interval {
  std::uint64_t after = 0;
  std::uint64_t until = std::numeric_limits<std::uint64_t>::max();
};

// Per thread, by time; the last may still be open.
using Intervals = std::unordered_map<std::uint32_t, std::vector<Interval>>;

Intervals intervals_of(const std::vector<trace::UnreportedRecord>& said, std::uint32_t shift) {
  Intervals intervals;
  for (const trace::UnreportedRecord& record : said) {
    const std::uint64_t time = record.header.ticks >> shift;
    if (record.unreported == trace::UnreportedKind::kBegin) {
      intervals[record.tid].push_back({time});
    } else if (record.unreported == trace::UnreportedKind::kEnd) {
      const auto found = intervals.find(record.tid);
      if (found != intervals.end()) found->second.back().until = std::min(found->second.back().until, time);
    }
  }
  return intervals;
}

bool lies_in(const std::vector<Interval>& intervals, std::uint64_t time) {
  const auto next = std::partition_point(intervals.begin(), intervals.end(),
                                         [time](const Interval& interval) { return interval.after < time; });
  return next != intervals.begin() && time <= std::prev(next)->until;
}

void hold(CapturedGraph& graph, std::size_t node) {
  trace::GraphRoot root;
  root.kind = trace::RootKind::kPinned;
  root.where = graph.image.nodes[node].address;
  root.to = static_cast<std::uint32_t>(node);
  graph.image.roots.push_back(root);
}

void hold_object(const trace::UnreportedRecord& record, std::uint32_t shift, CapturedGraph& graph) {
  const auto begin = graph.image.nodes.begin();
  const auto end = begin + static_cast<std::ptrdiff_t>(graph.image.block_count);
  const auto next = std::upper_bound(begin, end, record.address, [](std::uint64_t address, const auto& node) {
    return address < node.address;
  });
  if (next == begin) return;
  const auto index = static_cast<std::size_t>(next - begin - 1);
  const trace::GraphNode& node = graph.image.nodes[index];
  if (record.address - node.address >= std::max<std::uint64_t>(node.bytes, 1)) return;
  const BlockOrigin& origin = graph.origins[index];
  // A later block at this address is another block.
  if (origin.is_known && origin.time > record.header.ticks >> shift) return;
  hold(graph, index);
}

}  // namespace

void hold_unreported_blocks(const std::vector<trace::UnreportedRecord>& said,
                            std::uint32_t time_quantum_shift, CapturedGraph& graph) {
  if (said.empty()) return;
  for (const trace::UnreportedRecord& record : said) {
    if (record.unreported == trace::UnreportedKind::kObject) hold_object(record, time_quantum_shift, graph);
  }
  const Intervals intervals = intervals_of(said, time_quantum_shift);
  for (std::size_t i = 0; i != graph.image.block_count; ++i) {
    const BlockOrigin& origin = graph.origins[i];
    if (!origin.is_known) continue;
    const auto found = intervals.find(origin.tid);
    if (found != intervals.end() && lies_in(found->second, origin.time)) hold(graph, i);
  }
}

}  // namespace leak::scan
