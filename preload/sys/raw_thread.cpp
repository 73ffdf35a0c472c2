#include "sys/raw_thread.h"

#include <sched.h>
#include <sys/resource.h>

#include <cerrno>
#include <csignal>
#include <cstring>

#include "sys/futex.h"
#include "sys/pages.h"
#include "sys/syscalls.h"

namespace leak::sys {

namespace {

constexpr std::size_t kStackBytes = 256U << 10;
// Room for the control block that the thread pointer points at; code that was compiled with stack protection
// reads its canary there.
constexpr std::size_t kControlBlockBytes = 4096;
constexpr std::size_t kMemoryBytes = kStackBytes + kControlBlockBytes;

#if defined(__x86_64__)
// A control block that points at itself, as the ABI wants it, with the caller's stack canary.
long make_thread_pointer(char* block) noexcept {
  constexpr std::size_t kSelfOffset = 0x10;
  constexpr std::size_t kCanaryOffset = 0x28;
  std::uintptr_t canary;
  __asm__("mov %%fs:0x28, %0" : "=r"(canary));
  const std::uintptr_t self = reinterpret_cast<std::uintptr_t>(block);
  std::memcpy(block, &self, sizeof(self));
  std::memcpy(block + kSelfOffset, &self, sizeof(self));
  std::memcpy(block + kCanaryOffset, &canary, sizeof(canary));
  return static_cast<long>(self);
}
#else
long make_thread_pointer(char* block) noexcept { return as_arg(block + kControlBlockBytes / 2); }
#endif

}  // namespace

long start_raw_thread(RawThread& thread, int (*entry)(void*), void* argument, OpenFiles files) noexcept {
  char* memory = static_cast<char*>(map_pages(kMemoryBytes));
  if (memory == nullptr) return -ENOMEM;
  char* const stack_top = memory + kStackBytes;
  const long thread_pointer = make_thread_pointer(stack_top);

  // Every signal is blocked from the thread's first instruction on; 64 bits are the kernel's whole set, also
  // those that libc keeps for itself.
  std::uint64_t all = ~std::uint64_t{0}, before = 0;
  raw_syscall(SYS_rt_sigprocmask, SIG_SETMASK, as_arg(&all), as_arg(&before), sizeof(all));
  const int saved_errno = errno;
  const int flags = CLONE_VM | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM | CLONE_SETTLS |
                    CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID;
  const int result =
      clone(entry, stack_top, flags | (files == OpenFiles::kShared ? CLONE_FILES | CLONE_FS : 0), argument,
            &thread.tid, thread_pointer, &thread.tid);
  const int error = errno;
  errno = saved_errno;
  raw_syscall(SYS_rt_sigprocmask, SIG_SETMASK, as_arg(&before), 0, sizeof(before));
  if (result >= 0) {
    thread.started_tid = result;
    thread.memory = memory;
    return 0;
  }
  unmap_pages(memory, kMemoryBytes);
  return -error;
}

void join_raw_thread(RawThread& thread) noexcept {
  for (;;) {
    const std::uint32_t tid = thread.tid.load(std::memory_order_acquire);
    if (tid == 0) return;
    // The kernel's wake at thread end is a shared one.
    raw_syscall(SYS_futex, as_arg(&thread.tid), FUTEX_WAIT, static_cast<long>(tid), 0);
  }
}

void bury_raw_thread(RawThread& thread) noexcept {
  if (thread.memory == nullptr) return;
  join_raw_thread(thread);
  // The kernel lists it for a moment longer. Not for ever: the number may be another thread's by now.
  constexpr int kMostLooks = 1000;
  for (int look = 0; look != kMostLooks; ++look) {
    if (raw_syscall(SYS_tgkill, getpid(), thread.started_tid, 0) != 0) break;
    raw_syscall(SYS_sched_yield);
  }
  unmap_pages(thread.memory, kMemoryBytes);
  thread.memory = nullptr;
}

void close_all_descriptors() noexcept {
  constexpr long kCloseRange = 436;
  if (raw_syscall(kCloseRange, 0, 0xffffffff, 0) == 0) return;
  rlimit limit{};
  constexpr rlim_t kMost = 1U << 20;
  raw_syscall(SYS_prlimit64, 0, RLIMIT_NOFILE, 0, as_arg(&limit));
  const rlim_t end = limit.rlim_max < kMost ? limit.rlim_max : kMost;
  for (rlim_t descriptor = 0; descriptor != end; ++descriptor) {
    raw_syscall(SYS_close, static_cast<long>(descriptor));
  }
}

}  // namespace leak::sys
