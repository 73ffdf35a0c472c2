// Recording a sample: not every allocation is recorded, but on average one per R bytes. Sampling points lie
// on the stream of allocated bytes as a Poisson process; a block is recorded if a point falls into it, that
// is with probability 1 - exp(-size/R), and the analyzer weighs it with the inverse. (The method of tcmalloc
// and jemalloc; jemalloc's PROFILING_INTERNALS.md derives the weights.)
//
// A sample may begin, and become coarser, while threads record. So that the analyzer knows of each event
// which rate it was recorded at, a rate holds from a moment that is published some milliseconds ahead: events
// are compared with it by their own stamps.
//
// Frees: where a sample begins later, the blocks left out are known (a LiveSet of them), and what is not known to be
// left out is recorded: a block that was recorded before the sample began is freed in the trace like any other. Where
// nothing but a sample was ever recorded, the few recorded blocks are known instead, and a small filter in front of
// them, which the processor's cache holds, answers nearly every time; looking up each block's mark misses the cache
// as often as the program itself does (4 of 10 % that recording took of a redis-server with jemalloc).
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "buffer/live.h"
#include "live_set/live_set.h"
#include "record/hook_scope.h"

namespace leak::hook {

// Never changed once it is published.
struct SamplingPeriod {
  std::uint64_t rate_before;   // 0: everything is recorded
  std::uint64_t sample_bytes;  // R, for events from `since` on
  std::uint64_t since;         // ticks
};

extern constinit std::atomic<const SamplingPeriod*> g_sampling;  // nullptr: everything is recorded
extern constinit bool g_marks_recorded;    // of the two, set before the first event
extern constinit LiveSet g_sample_marks;  // of blocks left out, or of recorded ones

// How many recorded blocks have their marks behind each hash.
class RecordedFilter {
 public:
  bool may_hold(std::uintptr_t block) const noexcept { return at(block).load(std::memory_order_relaxed) != 0; }
  void add(std::uintptr_t block) noexcept { at(block).fetch_add(1, std::memory_order_relaxed); }
  void remove(std::uintptr_t block) noexcept { at(block).fetch_sub(1, std::memory_order_relaxed); }

 private:
  static constexpr unsigned kBits = 13;
  using Count = std::atomic<std::uint16_t>;
  static std::size_t place(std::uintptr_t block) noexcept { return (block >> 3) * 0x9e3779b97f4a7c15 >> (64 - kBits); }
  Count& at(std::uintptr_t block) noexcept { return counts_[place(block)]; }
  const Count& at(std::uintptr_t block) const noexcept { return counts_[place(block)]; }

  Count counts_[std::size_t{1} << kBits] = {};
};
extern constinit RecordedFilter g_recorded_filter;

inline bool is_sampling() noexcept { return g_sampling.load(std::memory_order_relaxed) != nullptr; }

// Takes note of how close blocks may begin (LiveSet::enable), so that a sample may be taken. Before the first event.
void prepare_sampling(unsigned spacing_shift, std::uint64_t seed) noexcept;

// Nothing was recorded, and nothing but a sample will be. Before the first event.
void mark_recorded_blocks() noexcept;

// Events stamped `since` or later are sampled at this rate. Writer only, or before the first event. false: it
// changed too often.
bool begin_sampling(std::uint64_t sample_bytes, std::uint64_t since) noexcept;

// `since` is safely past: from now on hooks may leave a block out without looking at the clock.
void settle_sampling() noexcept;

std::uint64_t current_sample_bytes() noexcept;  // 0: everything is recorded

// A forked child goes on at its parent's rate, with other random numbers.
void repair_sampling_after_fork() noexcept;

// Whether an allocation stamped `ticks` is to be recorded; remembers it if not.
bool choose_allocation(const void* block, std::size_t size, std::uint64_t ticks) noexcept;

inline bool is_left_out(const void* block) noexcept {
  const std::uintptr_t address = reinterpret_cast<std::uintptr_t>(block);
  if (g_marks_recorded) return !g_recorded_filter.may_hold(address) || !g_sample_marks.contains(address);
  return g_sample_marks.contains(address);
}

// A recorded block ends, or its address is somebody's that is left out. Requires: the address is the caller's.
void forget_recorded(const void* block) noexcept;

inline void note_left_out(const void* block) noexcept {
  const std::uintptr_t address = reinterpret_cast<std::uintptr_t>(block);
  if (g_marks_recorded) {
    if (g_recorded_filter.may_hold(address)) [[unlikely]]
      forget_recorded(block);
  } else if (!g_sample_marks.contains(address)) [[unlikely]] {
    g_sample_marks.insert(address);
  }
}

// Takes the block's bytes off the way to the thread's next sampling point. False: the point lies within the
// block; then nothing has changed.
inline bool pass_sampling_point(std::size_t size) noexcept {
  std::int64_t& bytes_left = t_hook.sample_point.bytes_left;
  // A block of no bytes would never be seen: it counts as one. A size that is negative here will not be had.
  const std::int64_t left = bytes_left - static_cast<std::int64_t>(size | (size == 0 ? 1U : 0U));
  if (left <= 0) return false;
  bytes_left = left;
  return true;
}

// The short ways, which hold once a sample is settled. In a scope: whether the block is left out.
inline bool leaves_out(const HookScope& scope, std::size_t size) noexcept {
  return has_mode(kModeSamples) && !scope.nested() && pass_sampling_point(size);
}
// Whether a hook may do without a scope, for a block that is left out. What the allocator does meanwhile is
// told from the program's doing by where it is called from (is_from_allocator).
inline bool is_scope_free() noexcept { return has_mode(kModeSamples) && t_hook.scope_frame == 0; }

// The allocator's code; empty for libc's, whose calls of mmap do not come through our hooks. Set before
// recording.
struct CodeRange {
  std::uintptr_t begin;
  std::uintptr_t end;
};
extern constinit CodeRange g_allocator_code;

inline bool is_from_allocator(const HookFrame& frame) noexcept {
  return frame.return_address - g_allocator_code.begin < g_allocator_code.end - g_allocator_code.begin;
}

}  // namespace leak::hook
