#include "replay/shard_pipeline.h"

#include <algorithm>

namespace leak::scan {

ShardPipeline::ShardPipeline(LiveHeap& heap)
    : heap_(heap),
      next_step_(heap.shard_count()),
      next_overwritten_(heap.shard_count()),
      next_huge_(heap.shard_count()),
      resolved_(heap.shard_count()) {
  for (Batch& batch : batches_) batch.shards.resize(heap.shard_count());
  for (unsigned shard = 0; shard != heap.shard_count(); ++shard) {
    threads_.emplace_back([this, shard] { run_shard(shard); });
  }
  threads_.emplace_back([this] { run_ledger(); });
}

ShardPipeline::~ShardPipeline() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void ShardPipeline::look(Look look) {
  Batch& batch = filling();
  batch.looks.emplace_back(batch.order.size(), std::move(look));
}

// Gives the batch away, and waits until there is room for another.
void ShardPipeline::submit() {
  std::unique_lock<std::mutex> lock(mutex_);
  ++submitted_;
  changed_.notify_all();
  changed_.wait(lock, [&] { return submitted_ - accounted_ < kBatches; });
}

void ShardPipeline::drain() {
  submit();
  std::unique_lock<std::mutex> lock(mutex_);
  changed_.wait(lock, [&] { return accounted_ == submitted_; });
  if (failure_ != nullptr) std::rethrow_exception(failure_);
}

// Runs `work` without the lock. After a failure of any thread nothing is worked on any more, but batches
// still go through, so that nobody waits for ever.
template <class Work>
void ShardPipeline::try_locked(std::unique_lock<std::mutex>& lock, Work work) {
  if (failure_ != nullptr) return;
  lock.unlock();
  std::exception_ptr failure;
  try {
    work();
  } catch (...) {  // out of memory: the sequencer must hear of it
    failure = std::current_exception();
  }
  lock.lock();
  if (failure != nullptr) failure_ = failure;
}

void ShardPipeline::run_shard(unsigned shard) {
  std::unique_lock<std::mutex> lock(mutex_);
  while (true) {
    changed_.wait(lock, [&] { return stopping_ || resolved_[shard] != submitted_; });
    if (stopping_) return;
    Batch& batch = batches_[resolved_[shard] % kBatches];
    try_locked(lock, [&] { resolve(shard, batch.shards[shard]); });
    ++resolved_[shard];
    changed_.notify_all();
  }
}

void ShardPipeline::run_ledger() {
  std::unique_lock<std::mutex> lock(mutex_);
  while (true) {
    changed_.wait(lock, [&] {
      return stopping_ || *std::min_element(resolved_.begin(), resolved_.end()) != accounted_;
    });
    if (stopping_) return;
    Batch& batch = batches_[accounted_ % kBatches];
    try_locked(lock, [&] { account(batch); });
    ++accounted_;
    changed_.notify_all();
  }
}

void ShardPipeline::resolve(unsigned shard, ShardSteps& list) {
  BlockTable& blocks = heap_.shard(shard);
  const LifetimeClock clock = heap_.lifetime_clock();
  LifetimeCounts& lifetimes = heap_.lifetimes_of(shard);
  const std::size_t count = list.steps.size();
  for (std::size_t i = 0; i != count; ++i) {
    Step& step = list.steps[i];
    blocks.prefetch(address_ahead(&step, list.steps.data() + count));
    BlockTable::Block* const block = blocks.find(step.address());
    if (step.kind() == StepKind::kFree) {
      if (block == nullptr) [[unlikely]] {
        step.stack = kNoBlock;
        continue;
      }
      const std::uint64_t size = blocks.size_of(*block);
      LiveHeap::count_life(blocks, *block, step.time, clock, lifetimes);
      step.time = step.size;
      step.size = static_cast<std::uint32_t>(std::min<std::uint64_t>(size, kHugeSize));
      step.stack = block->site();
      if (size >= kHugeSize) [[unlikely]]
        list.huge_sizes.push_back(size);
      blocks.erase(block);
      continue;
    }
    if (block != nullptr) [[unlikely]] {
      list.overwritten.push_back({blocks.size_of(*block), block->site()});
      blocks.erase(block);
      blocks.insert(step.address(), step.size, step.stack, clock.stamp(step.time));
      step.address_and_code = static_cast<std::uint64_t>(kOverwrite) << 6;
      continue;
    }
    blocks.insert(step.address(), step.size, step.stack, clock.stamp(step.time));
  }
}

void ShardPipeline::account(Batch& batch) {
  for (const std::uint64_t sample_bytes : batch.new_sites) heap_.ledger().add_site(sample_bytes);
  for (unsigned shard = 0; shard != heap_.shard_count(); ++shard)
    next_step_[shard] = next_overwritten_[shard] = next_huge_[shard] = 0;
  std::size_t done = 0;
  for (const auto& [position, look] : batch.looks) {
    account_steps(batch, done, position);
    done = position;
    look(heap_.ledger());
  }
  account_steps(batch, done, batch.order.size());
  for (ShardSteps& list : batch.shards) {
    list.steps.clear();
    list.overwritten.clear();
    list.huge_sizes.clear();
  }
  batch.order.clear();
  batch.new_sites.clear();
  batch.looks.clear();
}

void ShardPipeline::account_steps(Batch& batch, std::size_t begin, std::size_t end) {
  HeapLedger& ledger = heap_.ledger();
  for (std::size_t i = begin; i != end; ++i) {
    const unsigned shard = batch.order[i];
    const ShardSteps& list = batch.shards[shard];
    const Step& step = list.steps[next_step_[shard]++];
    if (step.kind() == StepKind::kFree) {
      if (step.stack == kNoBlock) [[unlikely]] {
        ledger.count_unknown_free();
        continue;
      }
      std::uint64_t size = step.size;
      if (size == kHugeSize) [[unlikely]]
        size = list.huge_sizes[next_huge_[shard]++];
      ledger.end_block(size, step.stack, step.time, step.op());
      continue;
    }
    if (step.kind() == kOverwrite) [[unlikely]] {
      const OverwrittenBlock& old = list.overwritten[next_overwritten_[shard]++];
      ledger.end_overwritten_block(old.size, old.site);
    }
    ledger.begin_block(step.size, step.stack, step.time, step.op());
  }
}

}  // namespace leak::scan
