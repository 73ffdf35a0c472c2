// The ledger of descriptors and threads. Resource events have exact times, unlike those of memory, and the
// numbers of descriptors are used again at once: so they are replayed apart, in exactly the order of time.
//
// Chunks overlap in time. What they bring waits until no later chunk can hold anything earlier.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <queue>
#include <unordered_map>
#include <utility>
#include <vector>

#include "decode/event_batch.h"
#include "decode/trace_reader.h"
#include "replay/resource_history.h"
#include "replay/trace_clock.h"

namespace leak::scan {

class ResourceReplay {
 public:
  // Both must outlive this.
  ResourceReplay(const TraceReader& reader, const TraceClock& clock);

  // `stacks`: of the chunk's worker. No later chunk has anything before `settled_time` (in quanta).
  void see(const DecodedChunk& chunk, const std::vector<StackId>& stacks, std::uint64_t settled_time);

  // After the last chunk.
  ResourceHistory finish() &&;

 private:
  struct Pending {
    trace::Event event;
    StackId stack;
    std::uint64_t order;                          // of arrival: ties stay as they were
    bool operator<(const Pending& other) const {  // reversed: the earliest comes first
      return event.ticks != other.event.ticks ? event.ticks > other.event.ticks : order > other.order;
    }
  };
  struct Thread {
    std::uint64_t handle;
    StackId stack;
    trace::ResourceCall call;
    std::uint64_t ticks;
  };

  void apply(const Pending& pending);
  void open(const Pending& pending);
  void close(std::uint32_t first, std::uint32_t last);
  void forget(std::map<std::uint32_t, OpenDescriptor>::iterator entry);
  void create_thread(const Pending& pending);
  void end_thread(const trace::Event& event);
  std::uint32_t site_of(const Pending& pending);
  void note_open(DescriptorSite& site);
  void compare_with_kernel(const std::vector<DescriptorMeta>& census);
  void list_threads();

  const TraceReader& reader_;
  const TraceClock& clock_;
  ResourceHistory history_;
  std::priority_queue<Pending> pending_;
  std::uint64_t arrivals_ = 0;
  std::size_t part_ = 0;  // of the run, that is being replayed
  std::map<std::uint32_t, OpenDescriptor> table_;
  std::map<std::pair<StackId, trace::ResourceCall>, std::uint32_t> sites_;
  // A handle may be used again before the join that freed it is over, and a thread may detach itself before
  // its creator is told: first created, first ended, and ends that come early wait.
  std::map<std::uint64_t, std::deque<Thread>> threads_;
  std::unordered_map<std::uint64_t, std::uint64_t> early_ends_;  // handle -> ticks
};

}  // namespace leak::scan
