// The replaceable operators new and delete.
//
// libstdc++'s and libc++'s are malloc, the new-handler loop, and throw. While memory lasts we do the same
// here (one event, of the right kind, without a second hook inside); only when it is exhausted the real
// operator runs, because only it may throw. Operators of anyone else (an allocator, the program's own
// library) are called as they are.
#include <cstddef>
#include <cstring>
#include <new>

#include "interpose/bootstrap_arena.h"
#include "interpose/hooks.h"
#include "interpose/next_operators.h"
#include "interpose/real_functions.h"

using leak::trace::Op;

namespace leak::hook {
namespace {

std::size_t at_least_one(std::size_t size) noexcept { return size != 0 ? size : 1; }

// As libstdc++ does it: aligned_alloc wants a multiple of the alignment.
void* aligned_block(std::size_t size, std::size_t alignment) noexcept {
  const std::size_t rounded = (at_least_one(size) + alignment - 1) & ~(alignment - 1);
  return rounded < size ? nullptr : g_real.aligned_alloc(alignment, rounded);
}

template <class MallocCall, class OperatorCall>
void* allocate_new(Op op, std::size_t size, std::uint64_t alignment, const HookFrame& frame,
                   MallocCall&& by_malloc, OperatorCall&& by_operator) {
  if (!real_is_ready()) [[unlikely]]
    return bootstrap_allocate(size, alignment);
  if (!operators_are_malloc()) [[unlikely]]
    return allocate_in_scope(op, size, alignment, frame, by_operator);  // it may call our malloc
  if (void* block = allocate(op, size, alignment, frame, by_malloc)) [[likely]]
    return block;
  return by_operator();  // outside the scope: it may run the program's new-handler, and throw
}

template <class OperatorCall>
void release_delete(Op op, void* block, const HookFrame& frame, OperatorCall&& by_operator) {
  if (block == nullptr || is_bootstrap_block(block) || !real_is_ready()) return;
  if (!operators_are_malloc()) [[unlikely]]
    return release_in_scope(op, block, frame, by_operator);
  release(op, block, frame, [&] { g_real.free(block); });
}

}  // namespace
}  // namespace leak::hook

using leak::hook::next_operator;
using leak::hook::NextOperator;

#define LEAKHOOK_NEW(op, size, which, ...)                                       \
  leak::hook::allocate_new(                                                      \
      op, size, 0, LEAKHOOK_FRAME(),                                             \
      [&] { return leak::hook::g_real.malloc(leak::hook::at_least_one(size)); }, \
      [&] { return next_operator<NextOperator::which>()(size __VA_OPT__(, ) __VA_ARGS__); })

#define LEAKHOOK_NEW_ALIGNED(op, size, alignment, which, ...)                               \
  leak::hook::allocate_new(                                                                 \
      op, size, static_cast<std::size_t>(alignment), LEAKHOOK_FRAME(),                      \
      [&] { return leak::hook::aligned_block(size, static_cast<std::size_t>(alignment)); }, \
      [&] { return next_operator<NextOperator::which>()(size, alignment __VA_OPT__(, ) __VA_ARGS__); })

#define LEAKHOOK_DELETE(op, block, which, ...)                              \
  leak::hook::release_delete(op, block, LEAKHOOK_FRAME(), [&] {             \
    next_operator<NextOperator::which>()(block __VA_OPT__(, ) __VA_ARGS__); \
  })

LEAKHOOK_EXPORT void* operator new(std::size_t size) { return LEAKHOOK_NEW(Op::kNew, size, kNew); }
LEAKHOOK_EXPORT void* operator new[](std::size_t size) {
  return LEAKHOOK_NEW(Op::kNewArray, size, kNewArray);
}
LEAKHOOK_EXPORT void* operator new(std::size_t size, const std::nothrow_t& tag) noexcept {
  return LEAKHOOK_NEW(Op::kNew, size, kNewNothrow, tag);
}
LEAKHOOK_EXPORT void* operator new[](std::size_t size, const std::nothrow_t& tag) noexcept {
  return LEAKHOOK_NEW(Op::kNewArray, size, kNewArrayNothrow, tag);
}
LEAKHOOK_EXPORT void* operator new(std::size_t size, std::align_val_t alignment) {
  return LEAKHOOK_NEW_ALIGNED(Op::kNewAligned, size, alignment, kNewAligned);
}
LEAKHOOK_EXPORT void* operator new[](std::size_t size, std::align_val_t alignment) {
  return LEAKHOOK_NEW_ALIGNED(Op::kNewArrayAligned, size, alignment, kNewArrayAligned);
}
LEAKHOOK_EXPORT void* operator new(std::size_t size, std::align_val_t alignment,
                                   const std::nothrow_t& tag) noexcept {
  return LEAKHOOK_NEW_ALIGNED(Op::kNewAligned, size, alignment, kNewAlignedNothrow, tag);
}
LEAKHOOK_EXPORT void* operator new[](std::size_t size, std::align_val_t alignment,
                                     const std::nothrow_t& tag) noexcept {
  return LEAKHOOK_NEW_ALIGNED(Op::kNewArrayAligned, size, alignment, kNewArrayAlignedNothrow, tag);
}

LEAKHOOK_EXPORT void operator delete(void* block) noexcept { LEAKHOOK_DELETE(Op::kDelete, block, kDelete); }
LEAKHOOK_EXPORT void operator delete[](void* block) noexcept {
  LEAKHOOK_DELETE(Op::kDeleteArray, block, kDeleteArray);
}
LEAKHOOK_EXPORT void operator delete(void* block, std::size_t size) noexcept {
  LEAKHOOK_DELETE(Op::kDelete, block, kDeleteSized, size);
}
LEAKHOOK_EXPORT void operator delete[](void* block, std::size_t size) noexcept {
  LEAKHOOK_DELETE(Op::kDeleteArray, block, kDeleteArraySized, size);
}
LEAKHOOK_EXPORT void operator delete(void* block, const std::nothrow_t& tag) noexcept {
  LEAKHOOK_DELETE(Op::kDelete, block, kDeleteNothrow, tag);
}
LEAKHOOK_EXPORT void operator delete[](void* block, const std::nothrow_t& tag) noexcept {
  LEAKHOOK_DELETE(Op::kDeleteArray, block, kDeleteArrayNothrow, tag);
}
LEAKHOOK_EXPORT void operator delete(void* block, std::align_val_t alignment) noexcept {
  LEAKHOOK_DELETE(Op::kDeleteAligned, block, kDeleteAligned, alignment);
}
LEAKHOOK_EXPORT void operator delete[](void* block, std::align_val_t alignment) noexcept {
  LEAKHOOK_DELETE(Op::kDeleteArrayAligned, block, kDeleteArrayAligned, alignment);
}
LEAKHOOK_EXPORT void operator delete(void* block, std::size_t size, std::align_val_t alignment) noexcept {
  LEAKHOOK_DELETE(Op::kDeleteAligned, block, kDeleteSizedAligned, size, alignment);
}
LEAKHOOK_EXPORT void operator delete[](void* block, std::size_t size, std::align_val_t alignment) noexcept {
  LEAKHOOK_DELETE(Op::kDeleteArrayAligned, block, kDeleteArraySizedAligned, size, alignment);
}
LEAKHOOK_EXPORT void operator delete(void* block, std::align_val_t alignment,
                                     const std::nothrow_t& tag) noexcept {
  LEAKHOOK_DELETE(Op::kDeleteAligned, block, kDeleteAlignedNothrow, alignment, tag);
}
LEAKHOOK_EXPORT void operator delete[](void* block, std::align_val_t alignment,
                                       const std::nothrow_t& tag) noexcept {
  LEAKHOOK_DELETE(Op::kDeleteArrayAligned, block, kDeleteArrayAlignedNothrow, alignment, tag);
}
