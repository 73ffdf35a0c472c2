// Memory straight from the kernel, zero-filled: what we use instead of malloc.
#pragma once

#include <sys/mman.h>

#include <cstddef>

#include "sys/own_memory.h"
#include "sys/syscalls.h"

namespace leak::sys {

inline constexpr std::size_t kPageBytes = 4096;

constexpr std::size_t round_to_pages(std::size_t bytes) noexcept {
  return (bytes + kPageBytes - 1) & ~(kPageBytes - 1);
}

// Pages are given out on first touch only. nullptr when the kernel refuses.
inline void* map_pages(std::size_t bytes) noexcept {
  const long result = raw_syscall(SYS_mmap, 0, static_cast<long>(round_to_pages(bytes)),
                                  PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (is_error(result)) return nullptr;
  void* const memory = reinterpret_cast<void*>(result);
  add_own_memory(memory, round_to_pages(bytes));
  return memory;
}

inline void unmap_pages(void* memory, std::size_t bytes) noexcept {
  remove_own_memory(memory);  // first: afterwards it may be the program's
  raw_syscall(SYS_munmap, as_arg(memory), static_cast<long>(round_to_pages(bytes)));
}

}  // namespace leak::sys
