// "This thread is inside one of our hooks." Set from entry to return, across the real call, so that what the
// allocator does inside (mappings, operator new calling malloc) is not taken for the program's own doing.
//
// A signal handler that allocates meanwhile is inside too: its events are deferred (ThreadState) and
// recorded, without a stack, when the interrupted hook ends.
#pragma once

#include <atomic>
#include <cstdint>

#include "buffer/live.h"
#include "record/hook_frame.h"
#include "record/lifecycle.h"

namespace leak::hook {

struct ThreadState;

class HookScope;

// Where a thread stands in the stream of bytes (sampling.h). All zero to start with.
struct SamplePoint {
  std::int64_t bytes_left;  // until the next sampling point
  std::uint64_t random;     // state of the generator; 0: not seeded
  std::uint64_t rate;       // at which bytes_left was drawn
};

struct ThreadLocal {
  ThreadState* state;          // nullptr until the thread's first event
  std::uintptr_t scope_frame;  // 0: outside; else the stack address of the hook's caller
  const HookScope* scope;      // meaningful while scope_frame is set
  bool internal;               // the library itself is at work: what it allocates is nobody's event
  bool in_vfork_child;         // its child runs on this thread's memory, with descriptors of its own
  std::uint32_t unreported;    // how many __lsan_disable are not undone yet
  SamplePoint sample_point;
};
// initial-exec: one load, never an allocation (a lazily allocated TLS block would call malloc).
extern __thread ThreadLocal t_hook __attribute__((tls_model("initial-exec")));

class HookScope {
 public:
  // Requires: records_plainly(), and no scope is open.
  struct Outermost {};
  HookScope(const HookFrame& hook, Outermost) noexcept : owner_(true), alive_(kAlive ^ hook.caller_sp()) {
    open(hook.caller_sp());
  }

  explicit HookScope(const HookFrame& hook) noexcept : HookScope(hook, false) {}
  // `is_nested`: known to be, although no scope is open (is_from_allocator).
  HookScope(const HookFrame& hook, bool is_nested) noexcept {
    if (is_nested) return;
    const std::uintptr_t frame = hook.caller_sp();
    if (t_hook.scope_frame != 0) [[unlikely]] {
      if (!scope_was_abandoned(frame)) return;
    }
    owner_ = true;
    alive_ = kAlive ^ frame;
    open(frame);
    if (live_state() == Live::kUnknown) [[unlikely]]
      ensure_started();
  }
  ~HookScope() {
    if (owner_) {
      t_hook.scope_frame = 0;
      std::atomic_signal_fence(std::memory_order_release);  // as in open(), the other way round
      alive_ = 0;
    }
  }
  HookScope(const HookScope&) = delete;
  HookScope& operator=(const HookScope&) = delete;

  bool nested() const noexcept { return !owner_; }

 private:
  void open(std::uintptr_t frame) noexcept {
    t_hook.scope = this;
    // A signal handler that finds the scope set must find all of it.
    std::atomic_signal_fence(std::memory_order_release);
    t_hook.scope_frame = frame;
  }
  static bool scope_was_abandoned(std::uintptr_t frame) noexcept;

  static constexpr std::uintptr_t kAlive = 0x5ca1ab1e0ddba115;

  bool owner_ = false;
  // On the stack, for scope_was_abandoned: once the frame is gone, others write over it.
  volatile std::uintptr_t alive_ = 0;
};

// The library calls something that may allocate: those events are not the program's. Requires: inside a
// scope.
class InternalWork {
 public:
  InternalWork() noexcept : before_(t_hook.internal) { t_hook.internal = true; }
  ~InternalWork() { t_hook.internal = before_; }
  InternalWork(const InternalWork&) = delete;
  InternalWork& operator=(const InternalWork&) = delete;

 private:
  bool before_;
};

}  // namespace leak::hook
