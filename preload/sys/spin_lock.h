// A lock for a few dozen instructions. The holder never calls out of the library, and takes no asynchronous signal
// meanwhile: a handler that leaves by siglongjmp would leave the lock behind, taken. (Its cost, two system calls,
// is why locks stand on slow paths only.)
#pragma once

#include <atomic>
#include <csignal>
#include <cstdint>

#include "sys/syscalls.h"

namespace leak::sys {

class SpinLock {
 public:
  constexpr SpinLock() noexcept = default;

  void lock() noexcept {
    for (unsigned tries = 0; taken_.exchange(1, std::memory_order_acquire) != 0; ++tries) {
      // The holder may have been preempted: after a short spin, let it run.
      if (tries >= 64) raw_syscall(SYS_sched_yield);
    }
  }
  void unlock() noexcept { taken_.store(0, std::memory_order_release); }

 private:
  std::atomic<std::uint32_t> taken_{0};
};

class SpinGuard {
 public:
  explicit SpinGuard(SpinLock& lock) noexcept : lock_(lock) {
    // Faults stay deliverable: a blocked one would kill the process.
    std::uint64_t asynchronous = ~std::uint64_t{0};
    for (const int fault : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT}) {
      asynchronous &= ~(std::uint64_t{1} << (fault - 1));
    }
    raw_syscall(SYS_rt_sigprocmask, SIG_BLOCK, as_arg(&asynchronous), as_arg(&before_), sizeof(before_));
    lock_.lock();
  }
  ~SpinGuard() {
    lock_.unlock();
    raw_syscall(SYS_rt_sigprocmask, SIG_SETMASK, as_arg(&before_), 0, sizeof(before_));
  }
  SpinGuard(const SpinGuard&) = delete;
  SpinGuard& operator=(const SpinGuard&) = delete;

 private:
  SpinLock& lock_;
  std::uint64_t before_ = 0;
};

}  // namespace leak::sys
