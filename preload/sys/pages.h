// Memory straight from the kernel, zero-filled: what we use instead of malloc.
#pragma once

#include <sys/mman.h>

#include <cstddef>
#include <cstdint>

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

// Addresses that begin at a multiple of `alignment`, for nobody but us, with no memory yet. 0: the kernel refuses.
// Requires: both are multiples of a page.
inline std::uintptr_t reserve_aligned(std::size_t bytes, std::size_t alignment) noexcept {
  const long result = raw_syscall(SYS_mmap, 0, static_cast<long>(bytes + alignment), PROT_NONE,
                                  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (is_error(result)) return 0;
  const auto begin = static_cast<std::uintptr_t>(result);
  const std::uintptr_t place = (begin + alignment - 1) & ~(alignment - 1);
  const auto unmap = [](std::uintptr_t from, std::uintptr_t to) {
    if (from != to) raw_syscall(SYS_munmap, static_cast<long>(from), static_cast<long>(to - from));
  };
  unmap(begin, place);
  unmap(place + bytes, begin + bytes + alignment);
  return place;
}

inline void unmap_pages(void* memory, std::size_t bytes) noexcept {
  remove_own_memory(memory);  // first: afterwards it may be the program's
  raw_syscall(SYS_munmap, as_arg(memory), static_cast<long>(round_to_pages(bytes)));
}

}  // namespace leak::sys
