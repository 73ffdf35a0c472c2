#include "snapshot/tracer.h"

#include <sched.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/wait.h>

#include <cerrno>
#include <csignal>

#include "snapshot/environment.h"
#include "snapshot/task_list.h"
#include "sys/clock.h"
#include "sys/futex.h"
#include "sys/pages.h"

namespace leak::hook {

namespace {

constexpr std::size_t kStackBytes = 128U << 10;
constexpr std::uint64_t kMs = 1'000'000;
// A thread in an uninterruptible wait (vfork, a dead network disk) does not stop: it is missed.
constexpr std::uint64_t kStopLimitNs = 400 * kMs;
// For the helper as a whole, as seen from the writer.
constexpr std::uint64_t kHelperLimitNs = 1500 * kMs;

constexpr long kNtPrstatus = 1;
#if defined(__x86_64__)
constexpr long kNtVector = 0x202;  // NT_X86_XSTATE
#elif defined(__aarch64__)
constexpr long kNtVector = 2;      // NT_PRFPREG
constexpr long kNtTls = 0x401;     // NT_ARM_TLS
#endif

// ptrace.h's names are an enum for the libc function; the system call takes numbers.
long trace(int operation, int tid, long address, long data) noexcept {
  return sys::raw_syscall(SYS_ptrace, operation, tid, address, data);
}

std::uint64_t now_ns() noexcept { return sys::clock_ns(CLOCK_MONOTONIC); }

void nap(std::uint64_t ns) noexcept {
  const timespec time{0, static_cast<long>(ns)};
  sys::raw_syscall(SYS_nanosleep, sys::as_arg(&time), 0);
}

}  // namespace

void Tracer::die_at(ScanFault step) const noexcept {
  if (request_.fault != step) return;
  sys::raw_syscall(SYS_kill, sys::getpid(), SIGKILL);
  for (;;) nap(kMs);
}

void Tracer::set_phase(Phase phase) noexcept {
  phase_.store(phase, std::memory_order_release);  // pairs with the waits in stop() and release()
  sys::futex_wake(phase_);
}

int Tracer::entry(void* self) noexcept {
  static_cast<Tracer*>(self)->run();
  return 0;
}

void Tracer::run() noexcept {
  // Should the program end while we hold it: so do we.
  sys::raw_syscall(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL);
  sys::raw_syscall(SYS_prctl, PR_SET_NAME, sys::as_arg("leakhook-stop"));
  die_at(ScanFault::kBeforeSeize);
  if (request_.fault == ScanFault::kTracerHangs) nap(999 * kMs), nap(999 * kMs), nap(999 * kMs);
  const bool stopped = stop_all();
  die_at(ScanFault::kBeforeStopped);
  set_phase(stopped ? kStopped : kRefused);
  die_at(ScanFault::kWhileStopped);
  if (stopped) {
    const std::uint64_t end_ns = now_ns() + request_.longest_hold_ns;
    while (release_.load(std::memory_order_acquire) == 0 && now_ns() < end_ns) {
      sys::futex_wait(release_, 0, static_cast<std::int64_t>(100 * kMs));
    }
  }
  let_go();
  if (stopped) set_phase(kEnded);
}

// New threads may come while others are being stopped, so list until a round finds none.
bool Tracer::stop_all() noexcept {
  constexpr int kMaxRounds = 50;
  deadline_ns_ = now_ns() + kStopLimitNs;
  for (int round = 0; round != kMaxRounds; ++round) {
    const std::uint32_t before = threads_->size();
    if (!seize_new()) return false;
    await_stops();
    if (threads_->size() == before) break;
  }
  for (std::uint32_t i = 0; i != threads_->size(); ++i) {
    CapturedThread& thread = (*threads_)[i];
    if (thread.state.load(std::memory_order_relaxed) == CapturedThread::State::kPending) {
      thread.state.store(CapturedThread::State::kMissed, std::memory_order_relaxed);
    }
  }
  return true;
}

bool Tracer::seize_new() noexcept {
  bool allowed = true;
  const bool listed = for_each_task(request_.pid, [&](int tid) {
    if (!allowed || !request_.concerns(tid) || threads_->find(tid) != nullptr) return;
    const long seized = trace(PTRACE_SEIZE, tid, 0, 0);
    if (seized == -ESRCH) return;  // it has ended
    if (seized != 0) {
      allowed = false;
      return;
    }
    trace(PTRACE_INTERRUPT, tid, 0, 0);
    CapturedThread* const thread = threads_->add(tid);
    if (thread != nullptr) ++pending_;
    die_at(ScanFault::kWhileSeizing);
  });
  return listed && allowed;
}

void Tracer::await_stops() noexcept {
  std::uint64_t pause_ns = 5'000;
  while (pending_ != 0) {
    int status = 0;
    const long tid = sys::raw_syscall(SYS_wait4, -1, sys::as_arg(&status), __WALL | WNOHANG, 0);
    if (tid > 0) {
      note_stop(static_cast<int>(tid), status);
      continue;
    }
    if (tid < 0 || now_ns() > deadline_ns_) return;
    nap(pause_ns);
    if (pause_ns < kMs) pause_ns += pause_ns / 2;
  }
}

void Tracer::note_stop(int tid, int status) noexcept {
  CapturedThread* const thread = threads_->find(tid);
  if (thread == nullptr || thread->state.load(std::memory_order_relaxed) != CapturedThread::State::kPending) return;
  --pending_;
  if (!WIFSTOPPED(status)) {
    thread->state.store(CapturedThread::State::kGone, std::memory_order_relaxed);
    return;
  }
  // A signal that was on its way; the stop that we asked for comes instead of it, or together with job control's.
  const bool is_event_stop = status >> 16 == PTRACE_EVENT_STOP;
  thread->held_signal = is_event_stop ? 0 : WSTOPSIG(status);
  read_registers(*thread);
}

void Tracer::read_registers(CapturedThread& thread) noexcept {
  iovec general{thread.registers, kGeneralRegisters * sizeof(std::uint64_t)};
  iovec vector{thread.registers + kGeneralRegisters, kVectorBytes};
  if (trace(PTRACE_GETREGSET, thread.tid, kNtPrstatus, sys::as_arg(&general)) != 0) {
    thread.state.store(CapturedThread::State::kGone, std::memory_order_relaxed);  // killed under our hands
    return;
  }
  thread.register_count = kGeneralRegisters;
  if (trace(PTRACE_GETREGSET, thread.tid, kNtVector, sys::as_arg(&vector)) == 0) {
    thread.register_count += static_cast<std::uint32_t>(vector.iov_len / sizeof(std::uint64_t));
  }
#if defined(__x86_64__)
  constexpr std::size_t kRsp = 19, kFsBase = 21;
  thread.stack_pointer = thread.registers[kRsp];
  thread.thread_pointer = thread.registers[kFsBase];
#elif defined(__aarch64__)
  constexpr std::size_t kSp = 31;
  thread.stack_pointer = thread.registers[kSp];
  iovec tls{&thread.thread_pointer, sizeof(thread.thread_pointer)};
  trace(PTRACE_GETREGSET, thread.tid, kNtTls, sys::as_arg(&tls));
#endif
  thread.state.store(CapturedThread::State::kCaptured, std::memory_order_release);
}

// Those that never stopped cannot be detached from; they are let go when we end.
void Tracer::let_go() noexcept {
  for (std::uint32_t i = 0; i != threads_->size(); ++i) {
    if (i == threads_->size() / 2) die_at(ScanFault::kWhileReleasing);
    CapturedThread& thread = (*threads_)[i];
    if (thread.state.load(std::memory_order_relaxed) == CapturedThread::State::kCaptured) {
      trace(PTRACE_DETACH, thread.tid, 0, thread.held_signal);
    }
  }
}

bool Tracer::stop(const StopRequest& request, CapturedThreads& threads) noexcept {
  request_ = request;
  threads_ = &threads;
  phase_.store(kStarting, std::memory_order_relaxed);
  release_.store(0, std::memory_order_relaxed);
  pending_ = 0;
  if (stack_ == nullptr) stack_ = sys::map_pages(kStackBytes);
  if (stack_ == nullptr || !tracing_is_safe()) return false;
  // No exit signal: the program's own wait() and SIGCHLD handler see nothing of it. Untraced: a debugger of the program
  // is no debugger of ours.
  helper_ = ::clone(entry, static_cast<char*>(stack_) + kStackBytes, CLONE_VM | CLONE_UNTRACED, this);
  if (helper_ < 0) return false;
  allow_tracer(helper_);
  const std::uint64_t end_ns = now_ns() + kHelperLimitNs;
  for (;;) {
    const std::uint32_t phase = phase_.load(std::memory_order_acquire);
    if (phase == kStopped) return true;
    if (phase == kRefused) return reap(false), false;
    if (now_ns() > end_ns) {
      hopeless_ = true;
      return reap(true), false;
    }
    if (sys::raw_syscall(SYS_wait4, helper_, 0, __WALL | WNOHANG, 0) != 0) return false;  // it died
    sys::futex_wait(phase_, phase, static_cast<std::int64_t>(5 * kMs));
  }
}

bool Tracer::is_alive() noexcept {
  if (helper_ == 0) return false;
  if (sys::raw_syscall(SYS_wait4, helper_, 0, __WALL | WNOHANG, 0) == 0) return true;
  helper_ = 0;
  return false;
}

bool Tracer::release() noexcept {
  if (helper_ == 0) return false;
  release_.store(1, std::memory_order_release);  // pairs with the wait in run()
  sys::futex_wake(release_);
  return reap(false);
}

// True: it ended by itself, after it had done all.
bool Tracer::reap(bool kill_first) noexcept {
  if (kill_first) sys::raw_syscall(SYS_kill, helper_, SIGKILL);
  const std::uint64_t end_ns = now_ns() + kHelperLimitNs;
  while (sys::raw_syscall(SYS_wait4, helper_, 0, __WALL | WNOHANG, 0) == 0) {
    if (!kill_first && now_ns() > end_ns) {
      kill_first = true;
      sys::raw_syscall(SYS_kill, helper_, SIGKILL);
    }
    nap(20'000);
  }
  return phase_.load(std::memory_order_acquire) == kEnded;
}

}  // namespace leak::hook
