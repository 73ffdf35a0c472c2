// Time stamps. The time stamp counter when the kernel itself trusts it as its clock source, else one
// counter shared by all threads (one tick an event), so that the order is right on any machine.
#pragma once

#include <atomic>
#include <cstdint>
#include <ctime>

#include "sys/syscalls.h"

namespace leak::sys {

extern constinit std::atomic<bool> g_use_counter;          // set once, before recording starts
extern constinit std::atomic<std::uint64_t> g_tick_counter;

inline std::uint64_t read_cycle_counter() noexcept {
#if defined(__x86_64__)
  std::uint32_t low, high;
  __asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
  return static_cast<std::uint64_t>(high) << 32 | low;
#elif defined(__aarch64__)
  std::uint64_t value;
  __asm__ volatile("mrs %0, cntvct_el0" : "=r"(value));
  return value;
#endif
}

inline std::uint64_t now_ticks() noexcept {
  if (g_use_counter.load(std::memory_order_relaxed)) [[unlikely]] {
    // acq_rel: the order of this counter is the order of events between threads.
    return g_tick_counter.fetch_add(1, std::memory_order_acq_rel) + 1;
  }
  return read_cycle_counter();
}

inline std::uint64_t clock_ns(clockid_t clock) noexcept {
  timespec now{};
  raw_syscall(SYS_clock_gettime, clock, as_arg(&now));
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000U + static_cast<std::uint64_t>(now.tv_nsec);
}

}  // namespace leak::sys
