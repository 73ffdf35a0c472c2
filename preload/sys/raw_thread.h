// A thread that libc does not know of: it is in no thread count (a process whose main thread ends by pthread_exit
// still ends), gets no signals, and has descriptors, working directory and root of its own, so that nothing the
// program does to its own (close all, chdir, chroot) reaches it.
//
// The entry function must not use thread-local storage: no errno, no stdio, no malloc.
#pragma once

#include <atomic>
#include <cstdint>

namespace leak::sys {

struct RawThread {
  // Zeroed (and futex-woken) by the kernel when the thread has ended; its id before.
  std::atomic<std::uint32_t> tid{0};
};

// Starts `entry(argument)` on a new stack. 0 or minus an error number.
long start_raw_thread(RawThread& thread, int (*entry)(void*), void* argument) noexcept;

// Waits until the thread has ended.
void join_raw_thread(RawThread& thread) noexcept;

// Closes every descriptor of the calling thread's own table.
void close_all_descriptors() noexcept;

}  // namespace leak::sys
