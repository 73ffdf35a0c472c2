#include "record/thread_state.h"

#include <pthread.h>

#include <cstring>

#include "buffer/recording.h"
#include "record/meta_log.h"
#include "sys/clock.h"
#include "sys/pages.h"
#include "sys/spin_lock.h"

namespace leak::hook {

namespace {

// All states ever made in this process, newest first.
constinit std::atomic<ThreadState*> g_all_states{nullptr};
constinit sys::SpinLock g_free_lock;
constinit ThreadState* g_free_states = nullptr;  // those of ended threads
constinit pthread_key_t g_exit_key = 0;
constinit bool g_has_exit_key = false;

constexpr std::size_t round_to_line(std::size_t bytes) noexcept { return (bytes + 63) & ~std::size_t{63}; }
constexpr std::size_t kStackOffset = round_to_line(sizeof(ThreadState));

// glibc keeps the first keys of a thread in place; a later one would make pthread_setspecific allocate.
constexpr pthread_key_t kKeysInPlace = 32;

ThreadState* make_state(std::uint32_t tid) noexcept {
  const std::size_t deferred_offset = kStackOffset + round_to_line(stack_capture_bytes());
  void* memory = sys::map_pages(deferred_offset + ThreadState::kMaxDeferred * sizeof(trace::Event));
  if (memory == nullptr) return nullptr;
  ThreadState* state = static_cast<ThreadState*>(memory);  // zero-filled: every member's start value
  state->stack = reinterpret_cast<StackCapture*>(static_cast<char*>(memory) + kStackOffset);
  state->deferred = reinterpret_cast<trace::Event*>(static_cast<char*>(memory) + deferred_offset);
  state->owner.store(tid, std::memory_order_relaxed);
  ThreadState* head = g_all_states.load(std::memory_order_relaxed);
  do {
    state->next_of_all = head;
    // release: pairs with the walk in reap_dead_threads.
  } while (
      !g_all_states.compare_exchange_weak(head, state, std::memory_order_release, std::memory_order_relaxed));
  return state;
}

// For the next thread. Requires: the owner does not use it any more.
void give_back(ThreadState& state) noexcept {
  give_slot_away(state);
  forget_stack(*state.stack);
  state.tid = 0;
  g_recording.threads.fetch_sub(1, std::memory_order_relaxed);
  state.owner.store(0, std::memory_order_relaxed);
  const sys::SpinGuard guard(g_free_lock);
  state.next_free = g_free_states;
  g_free_states = &state;
}

ThreadState* take_free_state(std::uint32_t tid) noexcept {
  const sys::SpinGuard guard(g_free_lock);
  ThreadState* state = g_free_states;
  if (state == nullptr) return nullptr;
  g_free_states = state->next_free;
  state->owner.store(tid, std::memory_order_relaxed);
  return state;
}

void emit_thread_record(std::uint32_t tid, std::uint16_t flags) noexcept {
  char name[16] = {};
  sys::raw_syscall(SYS_prctl, 16 /* PR_GET_NAME */, sys::as_arg(name));
  const std::size_t length = strnlen(name, sizeof(name));
  auto record = make_meta<trace::ThreadRecord>(trace::MetaKind::kThread, sys::now_ticks(), flags);
  record.tid = tid;
  record.name_bytes = static_cast<std::uint32_t>(length);
  append_meta_record(record, {{name, length}});
}

void on_thread_exit(void*) noexcept {
  const HookScope scope(LEAKHOOK_FRAME());
  if (!scope.nested()) release_thread_state();
}

}  // namespace

ThreadState* acquire_thread_state() noexcept {
  const std::uint32_t tid = static_cast<std::uint32_t>(sys::gettid());
  ThreadState* state = take_free_state(tid);
  if (state == nullptr) state = make_state(tid);
  if (state == nullptr) {
    g_recording.count_drop(trace::DropReason::kNoMemory);
    return nullptr;
  }
  state->tid = tid;
  g_recording.threads.fetch_add(1, std::memory_order_relaxed);
  state->stack_is_new = true;
  state->resizing.store(0, std::memory_order_relaxed);
  state->signal_stack.store(0, std::memory_order_relaxed);
  state->deferred_count.store(0, std::memory_order_relaxed);
  t_hook.state = state;
  emit_thread_record(tid, trace::kThreadStarted | trace::kThreadNamed);
  if (g_has_exit_key) {
    const InternalWork internal;
    pthread_setspecific(g_exit_key, state);
  }
  return state;
}

void give_slot_away(ThreadState& state) noexcept {
  Slot* const slot = state.slot;
  // First: a signal handler that jumps away must not leave a slot that is given away twice. One that is given
  // away not at all is found in the journal at the end.
  state.slot = nullptr;
  state.cursor = nullptr;
  state.end = nullptr;
  std::atomic_signal_fence(std::memory_order_seq_cst);
  if (slot != nullptr) g_recording.slots.hand_over(slot);
}

void release_thread_state() noexcept {
  ThreadState* state = t_hook.state;
  if (state == nullptr) return;
  // The thread may be half-way through its destructors: a later event makes a new state.
  emit_thread_record(state->tid, trace::kThreadEnded | trace::kThreadNamed);
  t_hook.state = nullptr;
  give_back(*state);
}

void retire_torn_state() noexcept {
  ThreadState* state = t_hook.state;
  t_hook.state = nullptr;
  give_slot_away(*state);  // `owner` stays: nobody takes a torn stack cache over
}

void reap_dead_threads() noexcept {
  for (ThreadState* state = g_all_states.load(std::memory_order_acquire); state != nullptr;
       state = state->next_of_all) {
    const std::uint32_t owner = state->owner.load(std::memory_order_acquire);
    if (owner == 0) continue;
    const long result = sys::raw_syscall(SYS_tgkill, g_recording.pid, static_cast<long>(owner), 0);
    if (result != -3 /* ESRCH */) continue;
    give_back(*state);
  }
}

void for_each_resized_block(void (*visit)(void* context, std::uintptr_t block), void* context) noexcept {
  for (ThreadState* state = g_all_states.load(std::memory_order_acquire); state != nullptr;
       state = state->next_of_all) {
    const std::uintptr_t block = state->resizing.load(std::memory_order_relaxed);
    if (block != 0) visit(context, block);
  }
}

void for_each_signal_stack(void (*visit)(void* context, std::uintptr_t stack), void* context) noexcept {
  for (ThreadState* state = g_all_states.load(std::memory_order_acquire); state != nullptr;
       state = state->next_of_all) {
    const std::uintptr_t stack = state->signal_stack.load(std::memory_order_relaxed);
    if (stack != 0 && state->owner.load(std::memory_order_relaxed) != 0) visit(context, stack);
  }
}

void forget_all_thread_states() noexcept {
  // Unmapping them would be wrong: a signal handler may have forked inside a hook, and that hook goes on.
  g_all_states.store(nullptr, std::memory_order_relaxed);
  g_free_states = nullptr;
  g_free_lock.unlock();  // another thread of the parent may have held it at the fork
  t_hook.state = nullptr;
}

void register_thread_exit() noexcept {
  if (g_has_exit_key || pthread_key_create(&g_exit_key, on_thread_exit) != 0) return;
  if (g_exit_key >= kKeysInPlace) {
    pthread_key_delete(g_exit_key);  // the writer's reaper does the work instead
    return;
  }
  g_has_exit_key = true;
}

}  // namespace leak::hook
