// What is known of each thread while the program is stopped: where its stack begins and what its registers hold.
// Filled in by a stop method (tracer.h, signal_park.h); the memory is shared with the tracer.
#pragma once

#include <atomic>
#include <cstdint>

#include "scan/heap_scan.h"

namespace leak::hook {

#if defined(__x86_64__)
inline constexpr std::uint32_t kGeneralRegisters = 27;  // struct user_regs_struct
// The XSAVE area up to the last of the 32 ZMM registers; nothing behind it holds pointers.
inline constexpr std::uint32_t kVectorBytes = 2688;
#elif defined(__aarch64__)
inline constexpr std::uint32_t kGeneralRegisters = 34;  // struct user_pt_regs
inline constexpr std::uint32_t kVectorBytes = 528;      // struct user_fpsimd_state
#endif

struct CapturedThread {
  // kPending is 0: the table's memory starts as zeros.
  enum class State : std::uint32_t { kPending, kCaptured, kMissed, kGone };

  int tid;
  std::atomic<State> state;  // release with kCaptured: the fields below are valid
  int held_signal;           // tracer: was about to be delivered, is passed on at the release
  std::uint32_t register_count;
  std::uint64_t stack_pointer;
  std::uint64_t thread_pointer;
  std::uint64_t registers[kGeneralRegisters + kVectorBytes / sizeof(std::uint64_t)];
};

class CapturedThreads {
 public:
  // Room for so many threads. False: no memory.
  bool open(std::uint32_t capacity) noexcept;
  void close() noexcept;

  // nullptr: full; the thread is counted as missed.
  CapturedThread* add(int tid) noexcept;
  CapturedThread* find(int tid) noexcept;
  std::uint32_t size() const noexcept {
    const std::uint32_t count = count_.load(std::memory_order_acquire);
    return count < capacity_ ? count : capacity_;
  }
  CapturedThread& operator[](std::uint32_t index) noexcept { return entries_[index]; }

  // Threads that could not be captured, also those that found no room.
  std::uint32_t missed() noexcept;
  std::uint32_t captured() noexcept;

 private:
  CapturedThread* entries_ = nullptr;
  std::uint32_t capacity_ = 0;
  std::atomic<std::uint32_t> count_{0};
};

// The calling thread's thread pointer, as ThreadContext wants it.
inline std::uintptr_t own_thread_pointer() noexcept {
  std::uintptr_t pointer;
#if defined(__x86_64__)
  __asm__("mov %%fs:0, %0" : "=r"(pointer));  // the ABI: the control block begins with its own address
#elif defined(__aarch64__)
  __asm__("mrs %0, tpidr_el0" : "=r"(pointer));
#endif
  return pointer;
}

}  // namespace leak::hook
