// Replay on several threads: the blocks of each shard of a heap are looked up by a thread of its own.
//
// Whoever feeds it (the sequencer) fixes the order of the steps and deals them out to shards by address. A
// shard finds out which block each of its frees ends. The ledger's thread then walks all steps in the
// sequencer's order and accounts for them, so the outcome is that of one thread, whatever the number of
// shards. The three work on different batches at a time and meet once a batch, never for a step.
#pragma once

#include <array>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "decode/event_batch.h"
#include "replay/live_heap.h"

namespace leak::scan {

class ShardPipeline {
 public:
  using Look = std::function<void(HeapLedger&)>;

  // Until drain() returns, `heap` belongs to the pipeline; after that, until the next step is put in, to the
  // caller.
  explicit ShardPipeline(LiveHeap& heap);
  ShardPipeline(const ShardPipeline&) = delete;
  ShardPipeline& operator=(const ShardPipeline&) = delete;
  ~ShardPipeline();

  // Requires: step.size is not kHugeSize.
  void alloc(const Step& step, std::uint32_t site) {
    put({step.time, step.address_and_code, step.size, site}, step.address());
  }
  void free(const Step& step) { put({step.time, step.address_and_code, step.size, 0}, step.address()); }

  // The site's number is that of HeapLedger::add_site.
  void add_site(std::uint64_t sample_bytes) { filling().new_sites.push_back(sample_bytes); }

  // Calls `look` on the ledger's thread when it has accounted for all steps so far, and for no others.
  void look(Look look);

  // Waits until everything is accounted for. Throws what a thread failed with.
  void drain();

 private:
  // What a shard says about its steps it writes into them. kFree: size and stack become the block's size and
  // site, kNoBlock when there is none; the time, when it has counted how long the block lived, becomes what
  // the size was: whether the block was temporary.
  struct OverwrittenBlock {
    std::uint64_t size;
    std::uint32_t site;
  };
  struct ShardSteps {
    std::vector<Step> steps;
    std::vector<OverwrittenBlock> overwritten;  // by steps that became kOverwrite, in their order
    std::vector<std::uint64_t> huge_sizes;      // of freed blocks whose size is kHugeSize, in their order
  };
  struct Batch {
    std::vector<std::uint8_t> order;  // the shard of each step
    std::vector<ShardSteps> shards;
    std::vector<std::uint64_t> new_sites;             // rates
    std::vector<std::pair<std::size_t, Look>> looks;  // after so many steps
  };
  static constexpr std::size_t kBatches = 8;
  static constexpr std::size_t kBatchSteps = 16384;
  static constexpr std::uint32_t kNoBlock = 0xffffffff;
  static constexpr StepKind kOverwrite = StepKind::kMapping;  // of kAlloc; mappings never come here

  Batch& filling() { return batches_[submitted_ % kBatches]; }
  void put(const Step& step, std::uint64_t address) {
    const unsigned shard = heap_.shard_of(address);
    Batch& batch = filling();
    batch.shards[shard].steps.push_back(step);
    batch.order.push_back(static_cast<std::uint8_t>(shard));
    if (batch.order.size() == kBatchSteps) [[unlikely]]
      submit();
  }

  void submit();
  void run_shard(unsigned shard);
  void run_ledger();
  void resolve(unsigned shard, ShardSteps& list);
  void account(Batch& batch);
  void account_steps(Batch& batch, std::size_t begin, std::size_t end);
  template <class Work>
  void try_locked(std::unique_lock<std::mutex>& lock, Work work);

  LiveHeap& heap_;
  std::array<Batch, kBatches> batches_;
  std::vector<std::size_t> next_step_;  // of account(); index: shard
  std::vector<std::size_t> next_overwritten_;
  std::vector<std::size_t> next_huge_;

  // Batches are numbered from 0; batch n is batches_[n % kBatches]. Written under mutex_; submitted_ only by
  // the sequencer, which reads it without.
  std::mutex mutex_;
  std::condition_variable changed_;
  std::uint64_t submitted_ = 0;
  std::vector<std::uint64_t> resolved_;  // index: shard
  std::uint64_t accounted_ = 0;
  bool stopping_ = false;
  std::exception_ptr failure_;
  std::vector<std::thread> threads_;  // last: they use all of the above
};

}  // namespace leak::scan
