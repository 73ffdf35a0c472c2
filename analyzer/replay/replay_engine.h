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
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "base/diagnostics.h"
#include "decode/event_feed.h"
#include "replay/block_origins.h"
#include "replay/live_heap.h"
#include "replay/mapping_tracker.h"
#include "replay/pc_tables.h"
#include "replay/resource_replay.h"
#include "replay/shard_pipeline.h"
#include "replay/stack_table.h"
#include "replay/thread_streams.h"
#include "replay/tie_order.h"

namespace leak::scan {

class ReplayEngine {
 public:
  // Stacks go into `stacks`, with pcs numbered by `pcs`. All arguments must outlive the engine.
  // `shards`: threads that look blocks up, besides one that accounts for them; 0: the caller's does both.
  ReplayEngine(EventFeed& feed, PcTables& pcs, StackTable& stacks, std::uint64_t page_bytes,
               Diagnostics& diagnostics, unsigned shards = 0);

  // Takes every event before `time_limit` (in quanta). Throws CommandError when a chunk has a newer version.
  void run_until(std::uint64_t time_limit);

  // A block from before the first event, recorded at that rate; its free is a known one.
  void inherit(std::uint64_t address, std::uint64_t size, StackId stack, std::uint64_t sample_bytes);

  // Shows every chunk and inherited block to `origins`, which must outlive the engine.
  void watch_origins(BlockOrigins& origins) { origins_ = &origins; }

  // Shows every event about a resource to `resources`, which must outlive the engine.
  void watch_resources(ResourceReplay& resources) { resources_ = &resources; }

  // While off, allocations count for no site of a stack. On at first.
  void count_sites(bool on) { counts_sites_ = on; }

  // Call before the first event.
  void time_lifetimes(const LifetimeClock& clock) { heap_.time_lifetimes(clock); }

  // What follows was recorded at this rate: it goes to sites of its own.
  void begin_sampling_period(std::uint64_t sample_bytes);

  // What follows goes to sites of its own, so that it can be told from what was before.
  void begin_cohort();

  // Threads that ever allocated at a stack, in the order in which they were met.
  struct Allocators {
    static constexpr std::size_t kMost = 16;
    std::vector<std::uint32_t> tids;  // at most kMost
    bool more = false;
  };
  const Allocators& allocators_of(StackId stack) const {
    static const Allocators none;
    return stack.index() < allocators_.size() ? allocators_[stack.index()] : none;
  }

  // Sites so far; each new one is the next number.
  std::size_t site_count() const { return site_origins_.size(); }

  // Waits for the shards. Requires for heap(): nothing was run since.
  void settle();
  LiveHeap& heap() { return heap_; }
  const LiveHeap& heap() const { return heap_; }

  // Calls `look` for the moment that was run until, on another thread perhaps; at the latest in settle().
  void look(ShardPipeline::Look look);

  const MappingTracker& mappings() const { return mappings_; }
  const ThreadStreams& threads() const { return threads_; }
  struct SiteOrigin {
    enum class Kind : std::uint8_t { kUncounted, kInherited, kOwn };
    StackId stack;
    Kind kind = Kind::kUncounted;
  };
  const SiteOrigin& origin_of(std::uint32_t site) const { return site_origins_[site]; }

  struct Totals {
    std::uint64_t events = 0;
    std::uint64_t recovered_events = 0;
    std::uint64_t last_time = 0;
    std::array<std::uint64_t, kOpCount> parts_by_op{};  // weighed: in 1/1024 blocks
    std::array<std::uint64_t, 65> parts_by_class{};
    std::array<std::uint64_t, 65> bytes_by_class{};
  };
  const Totals& totals() const { return totals_; }

 private:
  using Conflict = LiveHeap::Conflict;

  void feed_shards_again();
  bool wants_chunk(std::uint64_t time) const;
  void open_chunk();
  void look_at_next_chunk() { next_chunk_time_ = feed_.done() ? ~std::uint64_t{0} : feed_.next_time(); }
  void follow_stacks(const DecodedChunk& chunk);
  void follow_threads(const DecodedChunk& chunk);
  void run_alone(ThreadStream& stream, std::uint64_t bound);
  void run_through_shards(const WorkerSection& from, const Step& step);
  void run_tied(std::uint64_t time);
  bool show_all(std::uint64_t time) const;
  void run_thread_by_thread();
  void run_in_order(const std::vector<std::uint32_t>& order);
  void run_while_possible(std::uint64_t time);
  bool run_while_free(ThreadStream& stream, std::uint64_t time);
  template <Conflict kConflict>
  bool apply(const WorkerSection& from, const Step& step);
  template <Conflict kConflict>
  bool apply_rare(const WorkerSection& from, const Step& step);
  std::uint32_t site_of(std::uint32_t worker, std::uint32_t local_stack);
  std::uint32_t add_site(std::uint32_t worker, std::uint32_t local_stack);
  std::uint32_t add_site_for(StackId stack, SiteOrigin::Kind kind, std::uint64_t sample_bytes);

  // What is known about the stack ids of one decoding worker.
  struct WorkerStacks {
    std::vector<StackId> stacks;
    std::vector<std::uint32_t> sites;  // 0: none yet
  };

  EventFeed& feed_;
  PcTables& pcs_;
  StackTable& stacks_;
  Diagnostics& diagnostics_;
  BlockOrigins* origins_ = nullptr;
  ResourceReplay* resources_ = nullptr;
  LiveHeap heap_;
  MappingTracker mappings_;
  ThreadStreams threads_;
  std::vector<WorkerStacks> workers_;
  std::vector<Allocators> allocators_;    // index: StackId
  std::vector<SiteOrigin> site_origins_;  // index: site
  std::vector<std::uint32_t> own_sites_;  // of this sampling period; index: StackId; 0: none yet
  std::map<std::pair<StackId, std::uint64_t>, std::uint32_t> inherited_sites_;  // by stack and rate
  bool counts_sites_ = true;
  std::uint32_t uncounted_site_ = 0;
  std::uint64_t sample_bytes_ = 0;     // the rate at this moment
  std::uint64_t next_chunk_time_ = 0;  // ~0 when there is none
  std::uint64_t steps_opened_ = 0;
  std::uint64_t steps_taken_ = 0;
  bool said_crowded_ = false;
  Totals totals_;
  bool feeds_shards_ = false;             // or else takes its steps itself
  std::uint64_t feeds_shards_since_ = 0;  // in steps taken
  std::uint64_t feeds_shards_from_ = 0;
  std::uint64_t pause_steps_ = 0;
  std::vector<ThreadStream*> tied_;
  std::vector<TiedSteps> tied_steps_;  // parallel to tied_
  TieOrder tie_order_;
  std::unique_ptr<ShardPipeline> shards_;  // last: its threads use the heap
};

}  // namespace leak::scan
