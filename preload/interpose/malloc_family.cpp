// malloc and its relatives. Every hook: enter the scope, call the next function in line, record. An allocation is
// recorded after the real call, a free before it (recorder.h says why).
#include <malloc.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "interpose/bootstrap_arena.h"
#include "interpose/hooks.h"
#include "interpose/real_functions.h"

using leak::hook::CaptureStart;
using leak::hook::g_real;
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
  return moved;
}

template <class RealCall>
void* resize(Op op, void* old_block, std::size_t size, const CaptureStart& start, RealCall&& real_call) noexcept {
  const HookScope scope(start.sp);
  const std::uint64_t before = moment_before();
  void* block = real_call();
  if (block != nullptr) {
    record_resize(scope, op, old_block, before, block, size, 0, start);
  } else if (size == 0 && old_block != nullptr) {
    record_ended(scope, Op::kReallocFree, old_block, before);
  } else {
    record_failure(scope);
  }
  return block;
}

template <class RealCall>
void release(Op op, void* block, std::uintptr_t frame, RealCall&& real_call) noexcept {
  const HookScope scope(frame);
  record_free(scope, op, block);
  real_call();
}

bool is_ours_to_ignore(void* block) noexcept { return block == nullptr || is_bootstrap_block(block); }

std::size_t page_rounded(std::size_t size) noexcept { return (size + 4095) & ~std::size_t{4095}; }

}  // namespace
}  // namespace leak::hook

#define HOOK_FRAME() reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0))

extern "C" {

LEAKHOOK_EXPORT void* malloc(std::size_t size) noexcept {
  if (!real_is_ready()) [[unlikely]] return leak::hook::bootstrap_allocate(size);
  return leak::hook::allocate(Op::kMalloc, size, 0, LEAKHOOK_CAPTURE_START(), [&] { return g_real.malloc(size); });
}

LEAKHOOK_EXPORT void* calloc(std::size_t count, std::size_t size) noexcept {
  if (!real_is_ready()) [[unlikely]] {
    return size != 0 && count > SIZE_MAX / size ? nullptr : leak::hook::bootstrap_allocate(count * size);
  }
  return leak::hook::allocate(Op::kCalloc, count * size, 0, LEAKHOOK_CAPTURE_START(),
                              [&] { return g_real.calloc(count, size); });
}

LEAKHOOK_EXPORT void* realloc(void* block, std::size_t size) noexcept {
  if (is_bootstrap_block(block)) [[unlikely]] return leak::hook::move_from_bootstrap(block, size);
  if (!real_is_ready()) [[unlikely]] return leak::hook::bootstrap_allocate(size);
  return leak::hook::resize(Op::kRealloc, block, size, LEAKHOOK_CAPTURE_START(),
                            [&] { return g_real.realloc(block, size); });
}

LEAKHOOK_EXPORT void* reallocarray(void* block, std::size_t count, std::size_t size) noexcept {
  if (!real_is_ready() || g_real.reallocarray == nullptr || is_bootstrap_block(block)) [[unlikely]] {
    if (size != 0 && count > SIZE_MAX / size) {
      errno = ENOMEM;
      return nullptr;
    }
    return realloc(block, count * size);
  }
  return leak::hook::resize(Op::kReallocarray, block, count * size, LEAKHOOK_CAPTURE_START(),
                            [&] { return g_real.reallocarray(block, count, size); });
}

LEAKHOOK_EXPORT void free(void* block) noexcept {
  if (leak::hook::is_ours_to_ignore(block) || !real_is_ready()) return;
  leak::hook::release(Op::kFree, block, HOOK_FRAME(), [&] { g_real.free(block); });
}

LEAKHOOK_EXPORT void cfree(void* block) noexcept {
  if (leak::hook::is_ours_to_ignore(block) || !real_is_ready()) return;
  leak::hook::release(Op::kCfree, block, HOOK_FRAME(), [&] { g_real.free(block); });  // by definition the same
}

LEAKHOOK_EXPORT void free_sized(void* block, std::size_t size) noexcept {
  if (leak::hook::is_ours_to_ignore(block) || !real_is_ready()) return;
  leak::hook::release(Op::kFreeSized, block, HOOK_FRAME(), [&] {
    auto* const next = leak::hook::next_function(&free_sized, "free_sized");
    next != nullptr ? next(block, size) : g_real.free(block);
  });
}

LEAKHOOK_EXPORT void free_aligned_sized(void* block, std::size_t alignment, std::size_t size) noexcept {
  if (leak::hook::is_ours_to_ignore(block) || !real_is_ready()) return;
  leak::hook::release(Op::kFreeAlignedSized, block, HOOK_FRAME(), [&] {
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
  leak::hook::allocate(Op::kPosixMemalign, size, alignment, LEAKHOOK_CAPTURE_START(), [&] {
    result = g_real.posix_memalign(block, alignment, size);
    return result == 0 ? *block : nullptr;
  });
  return result;
}

LEAKHOOK_EXPORT void* aligned_alloc(std::size_t alignment, std::size_t size) noexcept {
  if (!real_is_ready()) [[unlikely]] return leak::hook::bootstrap_allocate(size, alignment);
  return leak::hook::allocate(Op::kAlignedAlloc, size, alignment, LEAKHOOK_CAPTURE_START(),
                              [&] { return g_real.aligned_alloc(alignment, size); });
}

LEAKHOOK_EXPORT void* memalign(std::size_t alignment, std::size_t size) noexcept {
  if (!real_is_ready()) [[unlikely]] return leak::hook::bootstrap_allocate(size, alignment);
  return leak::hook::allocate(Op::kMemalign, size, alignment, LEAKHOOK_CAPTURE_START(),
                              [&] { return g_real.memalign(alignment, size); });
}

LEAKHOOK_EXPORT void* valloc(std::size_t size) noexcept {
  if (!real_is_ready()) [[unlikely]] return leak::hook::bootstrap_allocate(size, 4096);
  return leak::hook::allocate(Op::kValloc, size, 0, LEAKHOOK_CAPTURE_START(), [&] { return g_real.valloc(size); });
}

LEAKHOOK_EXPORT void* pvalloc(std::size_t size) noexcept {
  if (!real_is_ready()) [[unlikely]] {
    return leak::hook::bootstrap_allocate(leak::hook::page_rounded(size), 4096);
  }
  return leak::hook::allocate(Op::kPvalloc, size, 0, LEAKHOOK_CAPTURE_START(),
                              [&] { return g_real.pvalloc(size); });
}

LEAKHOOK_EXPORT std::size_t malloc_usable_size(void* block) noexcept {
  if (is_bootstrap_block(block)) return leak::hook::bootstrap_size(block);
  return real_is_ready() && g_real.malloc_usable_size != nullptr ? g_real.malloc_usable_size(block) : 0;
}

}  // extern "C"
