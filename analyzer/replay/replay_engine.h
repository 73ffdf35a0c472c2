// Runs the events of a trace in time order over a LiveHeap and a MappingTracker, up to any moment: the inner
// loop of the analyzer.
//
// Event times are quantised, so events of different threads may tie. Their order then follows from the
// addresses: an address is allocated and freed in turn, so an allocation at a live address, or a free of one
// that is not live, waits for another thread of the same tick (tie_order.h). Only when all of them wait is
// one forced.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "base/diagnostics.h"
#include "decode/event_feed.h"
#include "replay/live_heap.h"
#include "replay/mapping_tracker.h"
#include "replay/pc_tables.h"
#include "replay/stack_table.h"
#include "replay/thread_streams.h"
#include "replay/tie_order.h"

namespace leak::scan {

class ReplayEngine {
 public:
  // Stacks go into `stacks`, with pcs numbered by `pcs`. All arguments must outlive the engine.
  ReplayEngine(EventFeed& feed, PcTables& pcs, StackTable& stacks, std::uint64_t page_bytes,
               Diagnostics& diagnostics);

  // Takes every event before `time_limit` (in quanta). Throws CommandError when a chunk has a newer version.
  void run_until(std::uint64_t time_limit);

  // A block from before the first event; its free is a known one.
  void inherit(std::uint64_t address, std::uint64_t size, StackId stack);

  // While off, allocations count for no site: they go to site 0. On at first.
  void count_sites(bool on) { site_mask_ = on ? ~std::uint32_t{0} : 0; }

  LiveHeap& heap() { return heap_; }
  const LiveHeap& heap() const { return heap_; }
  const MappingTracker& mappings() const { return mappings_; }
  const ThreadStreams& threads() const { return threads_; }
  StackId stack_of(std::uint32_t site) const { return site_stacks_[site]; }
  bool is_inherited(std::uint32_t site) const { return site < first_own_site_; }

  struct Totals {
    std::uint64_t events = 0;
    std::uint64_t recovered_events = 0;
    std::uint64_t last_time = 0;
    std::array<std::uint64_t, kOpCount> allocations_by_op{};
    std::array<std::uint64_t, 65> allocations_by_class{};
    std::array<std::uint64_t, 65> bytes_by_class{};
  };
  const Totals& totals() const { return totals_; }

 private:
  using Conflict = LiveHeap::Conflict;

  bool wants_chunk(std::uint64_t time) const;
  void open_chunk();
  void look_at_next_chunk() { next_chunk_time_ = feed_.done() ? ~std::uint64_t{0} : feed_.next_time(); }
  void follow_stacks(const DecodedChunk& chunk);
  void run_alone(ThreadStream& stream, std::uint64_t bound);
  void run_tied(std::uint64_t time);
  void run_in_order(const std::vector<std::uint32_t>& order);
  void run_while_possible(std::uint64_t time);
  bool run_while_free(ThreadStream& stream, std::uint64_t time);
  template <Conflict kConflict>
  bool apply(const WorkerSection& from, const Step& step);
  template <Conflict kConflict>
  bool apply_rare(const WorkerSection& from, const Step& step);
  std::uint32_t site_of(std::uint32_t worker, std::uint32_t local_stack);
  std::uint32_t add_site(std::uint32_t worker, std::uint32_t local_stack);

  // What is known about the stack ids of one decoding worker.
  struct WorkerStacks {
    std::vector<StackId> stacks;
    std::vector<std::uint32_t> sites;  // 0: none yet
  };

  EventFeed& feed_;
  PcTables& pcs_;
  StackTable& stacks_;
  Diagnostics& diagnostics_;
  LiveHeap heap_;
  MappingTracker mappings_;
  ThreadStreams threads_;
  std::vector<WorkerStacks> workers_;
  std::vector<StackId> site_stacks_;            // index: site
  std::vector<std::uint32_t> own_sites_;        // index: StackId; 0: none yet
  std::vector<std::uint32_t> inherited_sites_;  // index: StackId; 0: none yet
  std::uint32_t first_own_site_ = 1;
  std::uint32_t site_mask_ = ~std::uint32_t{0};
  std::uint64_t next_chunk_time_ = 0;  // ~0 when there is none
  std::uint64_t steps_opened_ = 0;
  std::uint64_t steps_taken_ = 0;
  bool said_crowded_ = false;
  Totals totals_;
  std::vector<ThreadStream*> tied_;
  std::vector<TiedSteps> tied_steps_;  // parallel to tied_
  TieOrder tie_order_;
};

}  // namespace leak::scan
