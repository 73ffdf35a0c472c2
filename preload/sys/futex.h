// Waiting and waking on a 32-bit word. Never touches errno.
#pragma once

#include <linux/futex.h>

#include <atomic>
#include <climits>
#include <cstdint>
#include <ctime>

#include "sys/syscalls.h"

namespace leak::sys {

// Returns when the word is not `expected` any more, on a wake, on a signal, or after timeout_ns (< 0: never).
inline void futex_wait(std::atomic<std::uint32_t>& word, std::uint32_t expected,
                       std::int64_t timeout_ns = -1) noexcept {
  timespec timeout{};
  if (timeout_ns >= 0) {
    timeout.tv_sec = timeout_ns / 1'000'000'000;
    timeout.tv_nsec = timeout_ns % 1'000'000'000;
  }
  raw_syscall(SYS_futex, as_arg(&word), FUTEX_WAIT_PRIVATE, static_cast<long>(expected),
              timeout_ns >= 0 ? as_arg(&timeout) : 0);
}

inline void futex_wake(std::atomic<std::uint32_t>& word, int waiters = INT_MAX) noexcept {
  raw_syscall(SYS_futex, as_arg(&word), FUTEX_WAKE_PRIVATE, waiters);
}

}  // namespace leak::sys
