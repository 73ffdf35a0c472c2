// A thread that libc does not know of: it is in no thread count (a process whose main thread ends by
// pthread_exit still ends) and gets no signals.
//
// The entry function must not use thread-local storage: no errno, no stdio, no malloc.
#pragma once

#include <atomic>
#include <cstdint>

namespace leak::sys {

struct RawThread {
  // Zeroed (and futex-woken) by the kernel when the thread has ended; its id before.
  std::atomic<std::uint32_t> tid{0};
  int started_tid = 0;
  void* memory = nullptr;  // its stack and control block
};

// Descriptors, working directory and root.
enum class OpenFiles : std::uint8_t {
  kOwn,     // copies: nothing that the program does to its own (close all, chdir, chroot) reaches the thread
  kShared,  // those of the starter
};

// Starts `entry(argument)` on a new stack. 0 or minus an error number.
long start_raw_thread(RawThread& thread, int (*entry)(void*), void* argument,
                      OpenFiles files = OpenFiles::kOwn) noexcept;

// Waits until the thread has ended.
void join_raw_thread(RawThread& thread) noexcept;

// Waits until, besides, nobody can see it any more, and gives its memory back: of a thread that helped for a
// while.
void bury_raw_thread(RawThread& thread) noexcept;

// Closes every descriptor of the calling thread's own table.
void close_all_descriptors() noexcept;

}  // namespace leak::sys
