// malloc and its relatives. Every hook: enter the scope, call the next function in line, record. An
// allocation is recorded after the real call, a free before it (recorder.h says why).
#include <malloc.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "interpose/bootstrap_arena.h"
#include "interpose/hooks.h"
#include "interpose/real_functions.h"
#include "live_set/live_set.h"
#include "live_set/scrub.h"
#include "record/thread_state.h"

using leak::hook::g_real;
using leak::hook::HookFrame;
using leak::hook::HookScope;
using leak::hook::is_bootstrap_block;
using leak::hook::real_is_ready;
using leak::trace::Op;

namespace leak::hook {
namespace {

// realloc of a block that was made while dlsym ran: it moves to the real heap.
void* move_from_bootstrap(void* block, std::size_t size) noexcept {
  void* moved = real_is_ready() ? g_real.malloc(size) : bootstrap_allocate(size);
  const std::size_t old_size = bootstrap_size(block);
  if (moved != nullptr) std::memcpy(moved, block, old_size < size ? old_size : size);
  if (moved != nullptr && real_is_ready()) mark_live(moved);
  return moved;
}

// A sample leaves out both the old block and the new one. With a live set the old block has to be watched.
bool resize_is_left_out(void* old_block, std::size_t size) noexcept {
  return is_scope_free() && size != 0 && !g_live_set.enabled() &&
         (old_block == nullptr || is_left_out(old_block)) && pass_sampling_point(size);
}

template <class RealCall>
void* resize(Op op, void* old_block, std::size_t size, const HookFrame& frame,
             RealCall&& real_call) noexcept {
  if (resize_is_left_out(old_block, size)) return allocate_left_out(frame, real_call);
  const HookScope scope(frame);
  const BlockBefore before = before_resize(old_block);
  const ResizedBlock resized(old_block);
  if (old_block != nullptr) mark_dead(old_block);
  void* block = real_call();
  if (block != nullptr) {
    mark_live(block);
    record_resize(scope, op, old_block, before, block, size, frame);
  } else if (size == 0 && old_block != nullptr) {
    record_ended(scope, Op::kReallocFree, old_block, before, frame);
  } else {
    if (old_block != nullptr) mark_live(old_block);
    record_failure(scope);
  }
  return block;
}

void* real_realloc(void* block, std::size_t size) noexcept {
  if (!g_scrub) [[likely]] return g_real.realloc(block, size);
  return scrubbing_realloc(block, size, g_real.malloc, g_real.realloc, g_real.free);
}

bool is_ours_to_ignore(void* block) noexcept { return block == nullptr || is_bootstrap_block(block); }

std::size_t page_rounded(std::size_t size) noexcept { return (size + 4095) & ~std::size_t{4095}; }

}  // namespace
}  // namespace leak::hook

extern "C" {

LEAKHOOK_EXPORT void* malloc(std::size_t size) noexcept {
  if (!real_is_ready()) [[unlikely]]
    return leak::hook::bootstrap_allocate(size);
  return leak::hook::allocate(Op::kMalloc, size, 0, LEAKHOOK_FRAME(), [&] { return g_real.malloc(size); });
}

LEAKHOOK_EXPORT void* calloc(std::size_t count, std::size_t size) noexcept {
  if (!real_is_ready()) [[unlikely]] {
    return size != 0 && count > SIZE_MAX / size ? nullptr : leak::hook::bootstrap_allocate(count * size);
  }
  return leak::hook::allocate(Op::kCalloc, count * size, 0, LEAKHOOK_FRAME(),
                              [&] { return g_real.calloc(count, size); });
}

LEAKHOOK_EXPORT void* realloc(void* block, std::size_t size) noexcept {
  if (is_bootstrap_block(block)) [[unlikely]]
    return leak::hook::move_from_bootstrap(block, size);
  if (!real_is_ready()) [[unlikely]]
    return leak::hook::bootstrap_allocate(size);
  return leak::hook::resize(Op::kRealloc, block, size, LEAKHOOK_FRAME(),
                            [&] { return leak::hook::real_realloc(block, size); });
}

LEAKHOOK_EXPORT void* reallocarray(void* block, std::size_t count, std::size_t size) noexcept {
  if (!real_is_ready() || g_real.reallocarray == nullptr || is_bootstrap_block(block)) [[unlikely]] {
    if (size != 0 && count > SIZE_MAX / size) {
      errno = ENOMEM;
      return nullptr;
    }
    return realloc(block, count * size);
  }
  return leak::hook::resize(Op::kReallocarray, block, count * size, LEAKHOOK_FRAME(), [&] {
    const bool overflows = size != 0 && count > SIZE_MAX / size;
    return leak::hook::g_scrub && !overflows ? leak::hook::real_realloc(block, count * size)
                                             : g_real.reallocarray(block, count, size);
  });
}

LEAKHOOK_EXPORT void free(void* block) noexcept {
  if (leak::hook::is_ours_to_ignore(block) || !real_is_ready()) return;
  leak::hook::release(Op::kFree, block, LEAKHOOK_FRAME(), [&] { g_real.free(block); });
}

LEAKHOOK_EXPORT void cfree(void* block) noexcept {
  if (leak::hook::is_ours_to_ignore(block) || !real_is_ready()) return;
  leak::hook::release(Op::kCfree, block, LEAKHOOK_FRAME(),
                      [&] { g_real.free(block); });  // by definition the same
}

LEAKHOOK_EXPORT void free_sized(void* block, std::size_t size) noexcept {
  if (leak::hook::is_ours_to_ignore(block) || !real_is_ready()) return;
  leak::hook::release(Op::kFreeSized, block, LEAKHOOK_FRAME(), [&] {
    auto* const next = leak::hook::next_function(&free_sized, "free_sized");
    next != nullptr ? next(block, size) : g_real.free(block);
  });
}

LEAKHOOK_EXPORT void free_aligned_sized(void* block, std::size_t alignment, std::size_t size) noexcept {
  if (leak::hook::is_ours_to_ignore(block) || !real_is_ready()) return;
  leak::hook::release(Op::kFreeAlignedSized, block, LEAKHOOK_FRAME(), [&] {
    auto* const next = leak::hook::next_function(&free_aligned_sized, "free_aligned_sized");
    next != nullptr ? next(block, alignment, size) : g_real.free(block);
  });
}

LEAKHOOK_EXPORT int posix_memalign(void** block, std::size_t alignment, std::size_t size) noexcept {
  if (!real_is_ready()) [[unlikely]] {
    *block = leak::hook::bootstrap_allocate(size, alignment);
    return *block == nullptr ? ENOMEM : 0;
  }
  int result = 0;
  leak::hook::allocate(Op::kPosixMemalign, size, alignment, LEAKHOOK_FRAME(), [&] {
    result = g_real.posix_memalign(block, alignment, size);
    return result == 0 ? *block : nullptr;
  });
  return result;
}

LEAKHOOK_EXPORT void* aligned_alloc(std::size_t alignment, std::size_t size) noexcept {
  if (!real_is_ready()) [[unlikely]]
    return leak::hook::bootstrap_allocate(size, alignment);
  return leak::hook::allocate(Op::kAlignedAlloc, size, alignment, LEAKHOOK_FRAME(),
                              [&] { return g_real.aligned_alloc(alignment, size); });
}

LEAKHOOK_EXPORT void* memalign(std::size_t alignment, std::size_t size) noexcept {
  if (!real_is_ready()) [[unlikely]]
    return leak::hook::bootstrap_allocate(size, alignment);
  return leak::hook::allocate(Op::kMemalign, size, alignment, LEAKHOOK_FRAME(),
                              [&] { return g_real.memalign(alignment, size); });
}

LEAKHOOK_EXPORT void* valloc(std::size_t size) noexcept {
  if (!real_is_ready()) [[unlikely]]
    return leak::hook::bootstrap_allocate(size, 4096);
  return leak::hook::allocate(Op::kValloc, size, 0, LEAKHOOK_FRAME(), [&] { return g_real.valloc(size); });
}

LEAKHOOK_EXPORT void* pvalloc(std::size_t size) noexcept {
  if (!real_is_ready()) [[unlikely]] {
    return leak::hook::bootstrap_allocate(leak::hook::page_rounded(size), 4096);
  }
  return leak::hook::allocate(Op::kPvalloc, size, 0, LEAKHOOK_FRAME(), [&] { return g_real.pvalloc(size); });
}

LEAKHOOK_EXPORT std::size_t malloc_usable_size(void* block) noexcept {
  if (is_bootstrap_block(block)) return leak::hook::bootstrap_size(block);
  return real_is_ready() && g_real.malloc_usable_size != nullptr ? g_real.malloc_usable_size(block) : 0;
}

}  // extern "C"
