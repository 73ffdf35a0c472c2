#include "snapshot/forked_image.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include <csignal>

#if defined(__x86_64__)
#include <asm/prctl.h>
#endif

#include "sys/syscalls.h"

namespace leak::hook {

namespace {

// When memory runs out because pages are copied, the copy goes and not the program.
void volunteer_for_the_oom_killer() noexcept {
  const long file = sys::raw_syscall(SYS_openat, AT_FDCWD, sys::as_arg("/proc/self/oom_score_adj"), O_WRONLY, 0);
  if (file < 0) return;
  sys::write_all(static_cast<int>(file), "1000", 4);
  sys::raw_syscall(SYS_close, file);
}

bool post(void* mailbox, const void* body, std::size_t bytes, const trace::GraphPart& part) noexcept {
  static_cast<Mailbox*>(mailbox)->put(body, bytes, part);
  return true;
}

bool die_instead(void*, const void*, std::size_t, const trace::GraphPart&) noexcept {
  sys::raw_syscall(SYS_kill, sys::getpid(), SIGKILL);
  return false;
}

}  // namespace

void adopt_thread_pointer(std::uintptr_t thread_pointer) noexcept {
#if defined(__x86_64__)
  sys::raw_syscall(SYS_arch_prctl, ARCH_SET_FS, static_cast<long>(thread_pointer));
#elif defined(__aarch64__)
  __asm__ volatile("msr tpidr_el0, %0" : : "r"(thread_pointer));
#endif
}

bool ForkedImage::start(const ScanRequest& request, void (*finish_request)(ScanRequest&, void*), void* context,
                        bool dies) noexcept {
  if (!mailbox_.open()) return false;
  mailbox_.reset();
  const int parent = sys::getpid();
  // No flags and no exit signal.
  const long child = sys::raw_syscall(SYS_clone, 0, 0, 0, 0, 0);
  if (child < 0) return false;
  if (child == 0) {
    sys::raw_syscall(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL);
    if (sys::raw_syscall(SYS_getppid) != parent) sys::raw_syscall(SYS_exit_group, 1);
    scan(request, finish_request, context, dies);
  }
  child_ = static_cast<int>(child);
  return true;
}

void ForkedImage::scan(const ScanRequest& request, void (*finish_request)(ScanRequest&, void*), void* context,
                       bool dies) noexcept {
  sys::raw_syscall(SYS_prctl, PR_SET_NAME, sys::as_arg("leakhook-scan"));
  volunteer_for_the_oom_killer();
  ScanRequest finished = request;
  finish_request(finished, context);
  const GraphSink sink{dies ? die_instead : post, &mailbox_};
  const ScanOutcome outcome = scan_heap(finished, sink);
  for (;;) sys::raw_syscall(SYS_exit_group, outcome.complete ? 0 : 1);
}

bool ForkedImage::has_ended() noexcept {
  return sys::raw_syscall(SYS_wait4, child_, 0, __WALL | WNOHANG, 0) != 0;
}

void ForkedImage::kill() noexcept {
  if (child_ == 0) return;
  sys::raw_syscall(SYS_kill, child_, SIGKILL);
  sys::raw_syscall(SYS_wait4, child_, 0, __WALL, 0);
  child_ = 0;
}

}  // namespace leak::hook
