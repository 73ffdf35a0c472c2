// What a recording thread owns: its current slot, its stack cache, the events deferred by signal handlers. Mapped
// at the thread's first event, passed on to a later thread when it ends.
#pragma once

#include <atomic>
#include <cstdint>

#include "buffer/slot_pool.h"
#include "record/hook_scope.h"
#include "record/sampling.h"
#include "record/stack_capture.h"
#include "trace_format/record.h"

namespace leak::hook {

// An event from inside another hook, written by a signal handler.
struct DeferredEvent {
  trace::Op op;
  std::uint64_t ticks;
  std::uint64_t begin_ticks;
  std::uint64_t address;
  std::uint64_t size;
  std::uint64_t old_address;
  std::uint64_t extra;
};

struct ThreadState {
  static constexpr std::uint32_t kMaxDeferred = 1024;

  std::uint64_t* cursor;  // next word in the slot; nullptr: no slot
  std::uint64_t* end;
  Slot* slot;
  StackCapture* stack;    // lies behind this struct
  bool stack_is_new;      // the slot has no stack yet: the next one goes in whole
  std::uint32_t tid;      // 0: free for another thread
  std::uint32_t unverified_stacks;  // since the last check (stack_check.h)
  SamplePoint sample_point;
  // Written by signal handlers of the same thread only: relaxed order, but atomic so that no access is torn
  // or moved across the handler.
  std::atomic<std::uint32_t> deferred_count;
  DeferredEvent deferred[kMaxDeferred];
  ThreadState* next_of_all;          // registry, never unlinked
  ThreadState* next_free;
  std::atomic<std::uint32_t> owner;  // tid; 0: free
};

// The calling thread's state, made at need. nullptr: no memory, or recording stops.
// Requires: inside a scope.
ThreadState* acquire_thread_state() noexcept;

inline ThreadState* thread_state() noexcept {
  ThreadState* state = t_hook.state;
  return state != nullptr ? state : acquire_thread_state();
}

// The current slot, if any, becomes the writer's.
void give_slot_away(ThreadState& state) noexcept;

// The thread ends, or goes to exec: its slot goes to the writer. Requires: inside a scope.
void release_thread_state() noexcept;

// The state may be torn (see HookScope): its committed events are kept, the rest is never used again.
void retire_torn_state() noexcept;

// Writer only: what threads left behind that ended without their destructor having run.
void reap_dead_threads() noexcept;

// A forked child: all states are the parent's.
void forget_all_thread_states() noexcept;

// Registers the destructor that calls release_thread_state at thread exit. Once, at start-up.
void register_thread_exit() noexcept;

}  // namespace leak::hook
