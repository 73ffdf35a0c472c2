#include "replay/replay_engine.h"

#include <algorithm>

#include "base/command_error.h"
#include "base/damage.h"

namespace leak::scan {

namespace {

// Chunks whose time has come are opened even when earlier ones are not used up, because their threads
// overlap. A sound trace has about one open section a thread; 768 MiB of steps are only ever reached by a
// damaged one.
constexpr std::uint64_t kMaxOpenSteps = std::uint64_t{32} << 20;

// Bringing the shards to rest takes about as long as some thousand steps. Between two rests they should have
// many times that; else the engine takes steps itself, twice as many each time.
constexpr std::uint64_t kWorthwhileSteps = 100'000;
constexpr std::uint64_t kFirstPauseSteps = 20'000;
constexpr std::uint64_t kLastPauseSteps = 5'000'000;

}  // namespace

ReplayEngine::ReplayEngine(EventFeed& feed, PcTables& pcs, StackTable& stacks, std::uint64_t page_bytes,
                           Diagnostics& diagnostics, unsigned shards)
    : feed_(feed),
      pcs_(pcs),
      stacks_(stacks),
      diagnostics_(diagnostics),
      heap_(shards),
      mappings_(page_bytes) {
  if (shards != 0) shards_ = std::make_unique<ShardPipeline>(heap_);
  uncounted_site_ = add_site_for({}, SiteOrigin::Kind::kUncounted, 0);  // 0, as WorkerStacks wants it
  look_at_next_chunk();
}

std::uint32_t ReplayEngine::add_site_for(StackId stack, SiteOrigin::Kind kind, std::uint64_t sample_bytes) {
  site_origins_.push_back({stack, kind});
  if (feeds_shards_) {
    shards_->add_site(sample_bytes);
  } else {
    heap_.ledger().add_site(sample_bytes);
  }
  return static_cast<std::uint32_t>(site_origins_.size() - 1);
}

void ReplayEngine::settle() {
  if (!feeds_shards_) return;
  shards_->drain();
  feeds_shards_ = false;
  const bool was_worth_it = steps_taken_ - feeds_shards_since_ >= kWorthwhileSteps;
  pause_steps_ = was_worth_it ? 0 : std::clamp(pause_steps_ * 2, kFirstPauseSteps, kLastPauseSteps);
  feeds_shards_from_ = steps_taken_ + pause_steps_;
}

void ReplayEngine::feed_shards_again() {
  if (shards_ == nullptr || feeds_shards_ || steps_taken_ < feeds_shards_from_) return;
  feeds_shards_ = true;
  feeds_shards_since_ = steps_taken_;
}

void ReplayEngine::look(ShardPipeline::Look look) {
  if (feeds_shards_) {
    shards_->look(std::move(look));
  } else {
    look(heap_.ledger());
  }
}

void ReplayEngine::begin_sampling_period(std::uint64_t sample_bytes) {
  sample_bytes_ = sample_bytes;
  uncounted_site_ = add_site_for({}, SiteOrigin::Kind::kUncounted, sample_bytes);
  begin_cohort();
}

void ReplayEngine::begin_cohort() {
  own_sites_.clear();
  for (WorkerStacks& worker : workers_) std::fill(worker.sites.begin(), worker.sites.end(), 0U);
}

void ReplayEngine::inherit(std::uint64_t address, std::uint64_t size, StackId stack,
                           std::uint64_t sample_bytes) {
  std::uint32_t& site = inherited_sites_[{stack, sample_bytes}];
  if (site == 0) site = add_site_for(stack, SiteOrigin::Kind::kInherited, sample_bytes);
  heap_.inherit(address, size, site);
  if (origins_ != nullptr) origins_->inherit(address, size, stack);
}

void ReplayEngine::run_until(std::uint64_t time_limit) {
  while (true) {
    feed_shards_again();
    if (threads_.empty()) {
      if (feed_.done() || next_chunk_time_ >= time_limit) return;
      open_chunk();
      continue;
    }
    const std::uint64_t time = threads_.first_time();
    if (time >= time_limit) return;
    if (wants_chunk(time)) {
      open_chunk();
      continue;
    }
    std::uint64_t bound = std::min(time_limit, threads_.second_time());
    if (next_chunk_time_ > time) bound = std::min(bound, next_chunk_time_);
    if (bound > time) {
      run_alone(threads_.first(), bound);
      threads_.first_moved();
    } else {
      run_tied(time);
    }
  }
}

// A chunk that begins at `time` or earlier must be open before anything at `time` is taken: it may be of the
// same thread, or tie.
bool ReplayEngine::wants_chunk(std::uint64_t time) const {
  return next_chunk_time_ <= time && !feed_.done() && steps_opened_ - steps_taken_ < kMaxOpenSteps;
}

void ReplayEngine::open_chunk() {
  const std::unique_ptr<DecodedChunk> chunk = feed_.next();
  look_at_next_chunk();
  if (chunk->newer_version) {
    throw CommandError(
        "the trace has parts of a newer format version; use the leakscan of the recording library");
  }
  if (chunk->torn) note_damage(diagnostics_, chunk->file_offset);
  follow_stacks(*chunk);
  follow_threads(*chunk);
  if (origins_ != nullptr) origins_->see(*chunk, workers_[chunk->worker].stacks);
  if (resources_ != nullptr) resources_->see(*chunk, workers_[chunk->worker].stacks, next_chunk_time_);
  totals_.events += chunk->events;
  if (chunk->from_journal) totals_.recovered_events += chunk->events;
  totals_.last_time = std::max(totals_.last_time, chunk->last_time);
  for (std::size_t i = 0; i != kOpCount; ++i) totals_.parts_by_op[i] += chunk->parts_by_op[i];
  for (std::size_t i = 0; i != totals_.bytes_by_class.size(); ++i) {
    totals_.parts_by_class[i] += chunk->parts_by_class[i];
    totals_.bytes_by_class[i] += chunk->bytes_by_class[i];
  }
  for (const Section& section : chunk->sections) steps_opened_ += section.steps.size();
  threads_.add(chunk->worker, chunk->sections);
  if (steps_opened_ - steps_taken_ >= kMaxOpenSteps && !said_crowded_) {
    said_crowded_ = true;
    diagnostics_.warnings.push_back(
        "Too many parts of the trace claim the same time to be put in order; events of different threads may "
        "be "
        "swapped.");
  }
}

void ReplayEngine::follow_stacks(const DecodedChunk& chunk) {
  if (workers_.size() <= chunk.worker) workers_.resize(chunk.worker + 1);
  WorkerStacks& worker = workers_[chunk.worker];
  if (worker.stacks.empty()) {
    worker.stacks.emplace_back();
    worker.sites.push_back(0);
  }
  for (const StackNode& node : chunk.new_nodes) {
    const StackId caller = worker.stacks[node.caller];
    worker.stacks.push_back(stacks_.intern(caller, pcs_.pc_of(node.pc_id)));
  }
  worker.sites.resize(worker.stacks.size());
}

void ReplayEngine::follow_threads(const DecodedChunk& chunk) {
  if (allocators_.size() < stacks_.size()) allocators_.resize(std::max(stacks_.size(), allocators_.size() * 2));
  for (const StackThread& one : chunk.stack_threads) {
    Allocators& known = allocators_[workers_[chunk.worker].stacks[one.stack].index()];
    if (std::find(known.tids.begin(), known.tids.end(), one.tid) != known.tids.end()) continue;
    if (known.tids.size() == Allocators::kMost) {
      known.more = true;
    } else {
      known.tids.push_back(one.tid);
    }
  }
}

void ReplayEngine::run_alone(ThreadStream& stream, std::uint64_t bound) {
  while (!stream.empty() && stream.time() < bound) {
    const WorkerSection& from = stream.current();
    const Step* const begin = stream.begin();
    const Step* const end = stream.end();
    const Step* step = begin;
    if (feeds_shards_) {
      for (; step != end && step->time < bound; ++step) run_through_shards(from, *step);
    }
    for (; step != end && step->time < bound; ++step) {
      heap_.prefetch(address_ahead(step, end));
      apply<Conflict::kForce>(from, *step);
    }
    steps_taken_ += static_cast<std::uint64_t>(step - begin);
    stream.skip_to(step);
  }
}

// Mappings are looked up here in any case.
[[gnu::noinline]] void ReplayEngine::run_through_shards(const WorkerSection& from, const Step& step) {
  if (!feeds_shards_) [[unlikely]] {
    apply<Conflict::kForce>(from, step);
  } else if (step.kind() == StepKind::kFree) {
    shards_->free(step);
  } else if (step.kind() == StepKind::kAlloc && step.size != kHugeSize) {
    shards_->alloc(step, site_of(from.worker, step.stack));
  } else {
    if (step.kind() == StepKind::kAlloc) settle();
    apply_rare<Conflict::kForce>(from, step);
  }
}

void ReplayEngine::run_tied(std::uint64_t time) {
  tied_.clear();
  threads_.take_all_at(time, tied_);
  while (true) {
    // The steps of this tick, as far as each thread's current section goes.
    tied_steps_.clear();
    bool is_any_left = false;
    for (const ThreadStream* stream : tied_) {
      const Step* end = stream->begin();
      while (end != stream->end() && end->time <= time) ++end;
      is_any_left |= end != stream->begin();
      tied_steps_.push_back({stream->begin(), end});
    }
    if (!is_any_left) break;
    if (!tie_order_.do_meet(tied_steps_) && show_all(time)) {
      run_thread_by_thread();
      continue;
    }
    settle();
    if (tie_order_.solve(tied_steps_, heap_)) {
      run_in_order(tie_order_.order());
    } else {
      run_while_possible(time);
    }
  }
  threads_.give_back(tied_);
}

bool ReplayEngine::show_all(std::uint64_t time) const {
  return std::all_of(tied_.begin(), tied_.end(),
                     [&](const ThreadStream* stream) { return stream->shows_all_until(time); });
}

// Nothing that another thread does can unblock a step, so none waits.
void ReplayEngine::run_thread_by_thread() {
  for (std::size_t thread = 0; thread != tied_.size(); ++thread) {
    ThreadStream& stream = *tied_[thread];
    const TiedSteps& steps = tied_steps_[thread];
    for (const Step* step = steps.begin; step != steps.end; ++step) {
      run_through_shards(stream.current(), *step);
    }
    steps_taken_ += static_cast<std::uint64_t>(steps.end - steps.begin);
    if (steps.begin != steps.end) stream.skip_to(steps.end);
  }
}

void ReplayEngine::run_in_order(const std::vector<std::uint32_t>& order) {
  for (const std::uint32_t thread : order) {
    ThreadStream& stream = *tied_[thread];
    const Step* const step = stream.begin();
    apply<Conflict::kForce>(stream.current(), *step);
    ++steps_taken_;
    stream.skip_to(step + 1);
  }
}

// One round over the threads of a tick, each as far as it gets; when none gets anywhere, one is forced.
void ReplayEngine::run_while_possible(std::uint64_t time) {
  bool moved = false;
  ThreadStream* blocked = nullptr;
  for (ThreadStream* stream : tied_) {
    moved |= run_while_free(*stream, time);
    if (blocked == nullptr && !stream->empty() && stream->time() <= time) blocked = stream;
  }
  if (moved || blocked == nullptr) return;
  const Step* const step = blocked->begin();
  apply<Conflict::kForce>(blocked->current(), *step);
  ++steps_taken_;
  blocked->skip_to(step + 1);
}

// Takes the stream's steps at `time` until one is blocked; true when there was at least one.
bool ReplayEngine::run_while_free(ThreadStream& stream, std::uint64_t time) {
  bool moved = false;
  while (!stream.empty() && stream.time() <= time) {
    const Step* const step = stream.begin();
    heap_.prefetch(address_ahead(step, stream.end()));
    if (!apply<Conflict::kWait>(stream.current(), *step)) return moved;
    ++steps_taken_;
    moved = true;
    stream.skip_to(step + 1);
  }
  return moved;
}

template <LiveHeap::Conflict kConflict>
[[gnu::always_inline]] inline bool ReplayEngine::apply(const WorkerSection& from, const Step& step) {
  if (step.kind() == StepKind::kFree) return heap_.free<kConflict>(step.address(), step.size, step.op(), step.time);
  if (step.kind() != StepKind::kAlloc || step.size == kHugeSize) [[unlikely]] {
    return apply_rare<kConflict>(from, step);
  }
  return heap_.alloc<kConflict>(step.address(), step.size, site_of(from.worker, step.stack), step.time,
                                step.op());
}

template <LiveHeap::Conflict kConflict>
[[gnu::noinline]] bool ReplayEngine::apply_rare(const WorkerSection& from, const Step& step) {
  const WideEvent& wide = from.section.wide[step.stack];
  if (step.kind() == StepKind::kAlloc) {
    return heap_.alloc<kConflict>(step.address(), wide.event.size, site_of(from.worker, wide.stack),
                                  step.time, step.op());
  }
  if (kConflict == Conflict::kWait && mappings_.is_blocked(wide.event)) return false;
  mappings_.apply(wide.event, workers_[from.worker].stacks[wide.stack]);
  return true;
}

inline std::uint32_t ReplayEngine::site_of(std::uint32_t worker, std::uint32_t local_stack) {
  if (!counts_sites_) return uncounted_site_;
  const std::uint32_t site = workers_[worker].sites[local_stack];
  return site != 0 ? site : add_site(worker, local_stack);
}

[[gnu::noinline]] std::uint32_t ReplayEngine::add_site(std::uint32_t worker, std::uint32_t local_stack) {
  const StackId stack = workers_[worker].stacks[local_stack];
  if (own_sites_.size() <= stack.index()) own_sites_.resize(std::max(stacks_.size(), own_sites_.size() * 2));
  std::uint32_t& site = own_sites_[stack.index()];
  if (site == 0) site = add_site_for(stack, SiteOrigin::Kind::kOwn, sample_bytes_);
  workers_[worker].sites[local_stack] = site;
  return site;
}

}  // namespace leak::scan
