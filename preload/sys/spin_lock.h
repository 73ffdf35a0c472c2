// A lock for a few dozen instructions. The holder never calls out of the library, and its signals are paused.
#pragma once

#include <atomic>
#include <cstdint>

#include "sys/signal_pause.h"
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
  explicit SpinGuard(SpinLock& lock) noexcept : lock_(lock) { lock_.lock(); }
  ~SpinGuard() { lock_.unlock(); }
  SpinGuard(const SpinGuard&) = delete;
  SpinGuard& operator=(const SpinGuard&) = delete;

 private:
  SignalPause pause_;  // first: signals come back only after the lock is free
  SpinLock& lock_;
};

}  // namespace leak::sys
