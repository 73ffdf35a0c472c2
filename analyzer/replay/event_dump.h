// Every event of a trace in the order of time, with its whole stack, for people to read. Simple rather than
// fast: where quantised times of different threads tie, the threads simply follow each other.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <vector>

#include "decode/event_feed.h"
#include "decode/trace_source.h"
#include "replay/heap_history.h"
#include "replay/pc_tables.h"
#include "replay/trace_clock.h"

namespace leak::scan {

struct DumpedEvent {
  ThreadId tid;
  trace::Op op{};
  std::uint64_t time_ns = 0;
  std::uint64_t begin_ns = 0;  // resize and remap: before the call; otherwise time_ns
  std::uint64_t address = 0;
  std::uint64_t size = 0;
  std::uint64_t old_address = 0;
  std::uint64_t extra = 0;  // as in trace::Event
  std::vector<PcId> stack;  // leaf first; empty when none was taken
};

class EventDump {
 public:
  // Throws CommandError like TraceReader::open. Damage is counted in `diagnostics`, which must outlive the
  // dump.
  EventDump(TraceSource source, Diagnostics& diagnostics);

  // The next event; false after the last one.
  bool next(DumpedEvent& out);

  const TraceMeta& meta() const { return reader_.meta(); }
  const TraceClock& clock() const { return clock_; }
  const std::vector<ProgramCounter>& pcs() { return pcs_.pcs(); }  // index: PcId
  const std::vector<Module>& modules() { return pcs_.modules(); }  // index: ModuleId - 1

 private:
  using Sections = std::map<std::uint64_t, Section>;  // of one thread, by chunk id
  struct Thread {
    Sections sections;
    std::size_t position = 0;  // in the first of them
  };

  void open_chunk();
  Thread* earliest();
  static std::uint64_t time_of(const Thread& thread) {
    return thread.sections.begin()->second.events[thread.position].event.ticks;
  }

  Diagnostics& diagnostics_;
  TraceReader reader_;
  TraceClock clock_;
  PcTables pcs_;
  EventFeed feed_;
  std::map<std::uint32_t, Thread> threads_;
  std::vector<StackNode> nodes_{1};  // index: stack id of the one decoding worker
};

}  // namespace leak::scan
