// All events of a trace, in time order, each with its stack: for whoever wants to see them one by one. Events of
// one thread keep their order; those of different threads within one quantum of the clock are in no particular
// order. Holds the sections that overlap, not the trace.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <queue>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/diagnostics.h"
#include "decode/event_feed.h"

namespace leak::scan {

struct MergedEvent {
  std::uint32_t tid = 0;
  std::uint64_t ticks = 0;
  trace::Event event;
  std::uint32_t stack = 0;  // see EventMerge::stack_nodes; 0 is the empty stack
};

class EventMerge {
 public:
  // Requires: `reader` and `diagnostics` outlive this. Damage is counted in `diagnostics`.
  EventMerge(const TraceReader& reader, Diagnostics& diagnostics);

  // False at the end.
  bool next(MergedEvent& event);

  // Index: stack id. Grows while events are taken.
  const std::vector<StackNode>& stack_nodes() const { return nodes_; }

 private:
  struct ThreadQueue {
    std::uint32_t tid = 0;
    std::deque<Section> sections;  // by chunk id
    std::size_t position = 0;      // in the first one
    std::uint64_t last_time = 0;   // of the event taken last; the next one is never before it
    std::uint64_t time = 0;        // of the next event
  };
  using Turn = std::pair<std::uint64_t, std::size_t>;  // time, index of the thread

  void take_chunk();
  void take_event(ThreadQueue& thread, MergedEvent& event);
  void add_section(Section section);
  void queue_turn(std::size_t thread);

  EventFeed feed_;
  Diagnostics& diagnostics_;
  std::uint32_t shift_;
  std::vector<ThreadQueue> threads_;
  std::unordered_map<std::uint32_t, std::size_t> thread_of_tid_;
  std::priority_queue<Turn, std::vector<Turn>, std::greater<>> turns_;  // outdated ones are skipped
  std::vector<StackNode> nodes_;
};

}  // namespace leak::scan
