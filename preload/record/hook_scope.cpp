#include "record/hook_scope.h"

#include <csignal>

#include "record/thread_state.h"
#include "sys/syscalls.h"

namespace leak::hook {

constinit LivePage g_live;
__thread ThreadLocal t_hook __attribute__((tls_model("initial-exec"))) = {};

// A scope that is set is normally ours, further out on this stack: we are nested in it. But a signal handler
// may have left the hook by siglongjmp. Then its frame is gone, which shows in a caller that is no further in
// than its caller was, or in other frames having been written over it. On an alternate signal stack addresses
// say nothing, and the interrupted hook is still there.
bool HookScope::scope_was_abandoned(std::uintptr_t frame) noexcept {
  const bool written_over = t_hook.scope->alive_ != (kAlive ^ t_hook.scope_frame);
  if (frame < t_hook.scope_frame && !written_over) return false;
  stack_t alternate{};
  sys::raw_syscall(SYS_sigaltstack, 0, sys::as_arg(&alternate));
  if ((alternate.ss_flags & SS_ONSTACK) != 0) return false;
  t_hook.internal = false;
  // Its half-written record was never committed, and its stack cache may be torn: start afresh.
  if (t_hook.state != nullptr) retire_torn_state();
  return true;
}

}  // namespace leak::hook
