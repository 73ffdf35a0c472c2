#include "live_set/scrub.h"

#include <cstring>

#include "live_set/live_set.h"

namespace leak::hook {

constinit bool g_scrub = false;

namespace {

void zero(void* from, std::size_t bytes) noexcept {
  std::memset(from, 0, bytes);
  // The block is about to be freed: without this the compiler may take the stores for useless.
  __asm__ volatile("" : : "r"(from) : "memory");
}

}  // namespace

void scrub(void* block) noexcept {
  if (g_usable_size != nullptr) zero(block, g_usable_size(block));
}

void* scrubbing_realloc(void* block, std::size_t size, void* (*real_malloc)(std::size_t),
                        void* (*real_realloc)(void*, std::size_t), void (*real_free)(void*)) noexcept {
  if (block == nullptr || g_usable_size == nullptr) return real_realloc(block, size);
  const std::size_t usable = g_usable_size(block);
  if (size == 0) {
    zero(block, usable);
    return real_realloc(block, size);
  }
  if (size <= usable && size >= usable / 2) {
    zero(static_cast<char*>(block) + size, usable - size);
    return real_realloc(block, size);
  }
  void* const moved = real_malloc(size);
  if (moved == nullptr) return nullptr;
  std::memcpy(moved, block, size < usable ? size : usable);
  zero(block, usable);
  real_free(block);
  return moved;
}

}  // namespace leak::hook
