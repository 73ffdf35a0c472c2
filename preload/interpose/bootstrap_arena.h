// Memory for the time while dlsym looks up the real functions and allocates itself: any size, any alignment, never
// aborts. Blocks are few and are never given back; whoever frees or resizes one must be recognised for the life of
// the process.
#pragma once

#include <cstddef>
#include <cstdint>

namespace leak::hook {

// Zero-filled; nullptr only when the kernel has no memory.
void* bootstrap_allocate(std::size_t size, std::size_t alignment = 16) noexcept;

// Addresses between these may be bootstrap blocks; nothing outside is.
extern constinit std::uintptr_t g_bootstrap_low;
extern constinit std::uintptr_t g_bootstrap_high;

bool has_bootstrap_header(const void* block) noexcept;

inline bool is_bootstrap_block(const void* block) noexcept {
  const std::uintptr_t address = reinterpret_cast<std::uintptr_t>(block);
  if (address - g_bootstrap_low >= g_bootstrap_high - g_bootstrap_low) [[likely]] return false;
  return has_bootstrap_header(block);
}

std::size_t bootstrap_size(const void* block) noexcept;

}  // namespace leak::hook
