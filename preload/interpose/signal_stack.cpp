// sigaltstack: afterwards only the kernel knows where the memory is, and it tells nobody but the thread
// itself. The scan of the heap must know.
#include <signal.h>
#include <sys/syscall.h>

#include <cerrno>

#include "interpose/real_functions.h"
#include "record/hook_scope.h"
#include "record/thread_state.h"
#include "sys/syscalls.h"

using leak::hook::HookScope;
using leak::hook::Live;
using leak::hook::live_state;
using leak::hook::ThreadState;

namespace {

void note(const void* stack) noexcept {
  const HookScope scope(LEAKHOOK_FRAME());
  const bool is_live = live_state() == Live::kRecording || live_state() == Live::kPaused;
  ThreadState* const state =
      scope.nested() || !is_live ? leak::hook::t_hook.state : leak::hook::thread_state();
  if (state == nullptr) return;
  // relaxed: who reads it has stopped the thread, or takes what it gets.
  state->signal_stack.store(reinterpret_cast<std::uintptr_t>(stack), std::memory_order_relaxed);
}

}  // namespace

extern "C" LEAKHOOK_EXPORT int sigaltstack(const stack_t* stack, stack_t* old) noexcept {
  const long result =
      leak::sys::raw_syscall(SYS_sigaltstack, leak::sys::as_arg(stack), leak::sys::as_arg(old));
  if (leak::sys::is_error(result)) {
    errno = static_cast<int>(-result);
    return -1;
  }
  if (stack != nullptr) note((stack->ss_flags & SS_DISABLE) != 0 ? nullptr : stack->ss_sp);
  return 0;
}
