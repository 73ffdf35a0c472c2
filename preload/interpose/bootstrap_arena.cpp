#include "interpose/bootstrap_arena.h"

#include "sys/pages.h"
#include "sys/spin_lock.h"

namespace leak::hook {

constinit std::uintptr_t g_bootstrap_low = 0;
constinit std::uintptr_t g_bootstrap_high = 0;

namespace {

constexpr std::size_t kArenaBytes = 64U << 10;

// In front of each block, so that its size is known and a stray address is not taken for a block.
struct Header {
  std::uint64_t magic;
  std::size_t size;
};
constexpr std::uint64_t kMagic = 0x6c656b5f626f6f74;

alignas(4096) constinit char g_arena[kArenaBytes] = {};
constinit std::size_t g_used = 0;
constinit sys::SpinLock g_lock;

void widen_range(std::uintptr_t start, std::size_t size) noexcept {
  if (g_bootstrap_low == 0 || start < g_bootstrap_low) g_bootstrap_low = start;
  if (start + size > g_bootstrap_high) g_bootstrap_high = start + size;
}

std::uintptr_t align_up(std::uintptr_t value, std::size_t alignment) noexcept {
  return (value + alignment - 1) & ~(alignment - 1);
}

}  // namespace

void* bootstrap_allocate(std::size_t size, std::size_t alignment) noexcept {
  if (alignment < 16) alignment = 16;
  const sys::SpinGuard guard(g_lock);
  const std::size_t needed = size + alignment + sizeof(Header);
  if (needed < size) return nullptr;
  std::uintptr_t start = 0;
  if (needed <= kArenaBytes - g_used) {
    start = reinterpret_cast<std::uintptr_t>(g_arena) + g_used;
    g_used += needed;
    widen_range(reinterpret_cast<std::uintptr_t>(g_arena), kArenaBytes);
  } else {
    start = reinterpret_cast<std::uintptr_t>(sys::map_pages(needed));
    if (start == 0) return nullptr;
    widen_range(start, needed);
  }
  const std::uintptr_t block = align_up(start + sizeof(Header), alignment);
  *reinterpret_cast<Header*>(block - sizeof(Header)) = {kMagic, size};
  return reinterpret_cast<void*>(block);
}

bool has_bootstrap_header(const void* block) noexcept {
  const std::uintptr_t address = reinterpret_cast<std::uintptr_t>(block);
  if (address % 16 != 0) return false;
  const Header* header = reinterpret_cast<const Header*>(address) - 1;
  return header->magic == kMagic;
}

std::size_t bootstrap_size(const void* block) noexcept {
  return (static_cast<const Header*>(block) - 1)->size;
}

}  // namespace leak::hook
