// Mappings and the program break. What an allocator does inside a hook of malloc_family.cpp is its own
// business and only counted.
#include <sys/mman.h>
#include <unistd.h>

#include <cstdarg>
#include <cstdint>

#include "interpose/hooks.h"
#include "interpose/real_functions.h"
#include "live_set/mapping_set.h"
#include "sys/pages.h"
#include "sys/syscalls.h"

using leak::hook::g_real;
using leak::hook::HookFrame;
using leak::hook::HookScope;
using leak::trace::Op;

namespace leak::hook {
namespace {

void* map(void* address, std::size_t size, int prot, int flags, int descriptor, off_t offset,
          const HookFrame& frame) noexcept {
  if (!real_is_ready() || g_real.mmap == nullptr) [[unlikely]] {
    const long result = sys::raw_syscall(SYS_mmap, sys::as_arg(address), static_cast<long>(size), prot, flags,
                                         descriptor, offset);
    return sys::is_error(result) ? MAP_FAILED : reinterpret_cast<void*>(result);
  }
  const HookScope scope(frame, leak::hook::is_from_allocator(frame));
  void* result = g_real.mmap(address, size, prot, flags, descriptor, offset);
  if (result != MAP_FAILED) {
    const bool has_file = (flags & MAP_ANONYMOUS) == 0;
    if (!scope.nested()) g_program_mappings.add(result, size);
    record_mapping(scope, result, size, trace::pack_mmap_extra(prot, flags, has_file), frame);
  }
  return result;
}

}  // namespace
}  // namespace leak::hook

extern "C" {

LEAKHOOK_EXPORT void* mmap(void* address, std::size_t size, int prot, int flags, int descriptor,
                           off_t offset) noexcept {
  return leak::hook::map(address, size, prot, flags, descriptor, offset, LEAKHOOK_FRAME());
}

LEAKHOOK_EXPORT void* mmap64(void* address, std::size_t size, int prot, int flags, int descriptor,
                             off64_t offset) noexcept {
  return leak::hook::map(address, size, prot, flags, descriptor, offset, LEAKHOOK_FRAME());
}

LEAKHOOK_EXPORT int munmap(void* address, std::size_t size) noexcept {
  if (!leak::hook::real_is_ready() || g_real.munmap == nullptr) [[unlikely]] {
    return leak::sys::raw_syscall(SYS_munmap, leak::sys::as_arg(address), static_cast<long>(size)) == 0 ? 0
                                                                                                        : -1;
  }
  const HookFrame& frame = LEAKHOOK_FRAME();
  const HookScope scope(frame, leak::hook::is_from_allocator(frame));
  const std::uint64_t before = leak::hook::moment_before();
  const bool was_known = !scope.nested() && leak::hook::g_program_mappings.remove(address, size);
  const int result = g_real.munmap(address, size);
  if (result != 0 && was_known) leak::hook::g_program_mappings.add(address, size);
  if (result == 0) leak::hook::record_unmapping(scope, address, size, before, frame);
  return result;
}

LEAKHOOK_EXPORT void* mremap(void* address, std::size_t old_size, std::size_t size, int flags, ...) noexcept {
  va_list arguments;
  va_start(arguments, flags);
  void* wanted = (flags & MREMAP_FIXED) != 0 ? va_arg(arguments, void*) : nullptr;
  va_end(arguments);
  if (!leak::hook::real_is_ready() || g_real.mremap == nullptr) [[unlikely]]
    return MAP_FAILED;
  const HookFrame& frame = LEAKHOOK_FRAME();
  const HookScope scope(frame, leak::hook::is_from_allocator(frame));
  const std::uint64_t before = leak::hook::moment_before();
  const bool was_known = !scope.nested() && leak::hook::g_program_mappings.remove(address, old_size);
  void* result = g_real.mremap(address, old_size, size, flags, wanted);
  if (result != MAP_FAILED) {
    if (!scope.nested()) leak::hook::g_program_mappings.add(result, size);
    leak::hook::record_remapping(scope, address, old_size, before, result, size, frame);
  } else if (was_known) {
    leak::hook::g_program_mappings.add(address, old_size);
  }
  return result;
}

LEAKHOOK_EXPORT int brk(void* wanted) noexcept {
  if (!leak::hook::real_is_ready() || g_real.brk == nullptr) [[unlikely]]
    return -1;
  const HookFrame& frame = LEAKHOOK_FRAME();
  const HookScope scope(frame, leak::hook::is_from_allocator(frame));
  void* const before = g_real.sbrk(0);
  const int result = g_real.brk(wanted);
  void* const after = g_real.sbrk(0);
  if (after != before) leak::hook::record_break(scope, Op::kBrk, before, after, frame);
  return result;
}

LEAKHOOK_EXPORT void* sbrk(std::intptr_t increment) noexcept {
  if (!leak::hook::real_is_ready() || g_real.sbrk == nullptr) [[unlikely]]
    return reinterpret_cast<void*>(-1);
  const HookFrame& frame = LEAKHOOK_FRAME();
  const HookScope scope(frame, leak::hook::is_from_allocator(frame));
  void* const before = g_real.sbrk(increment);
  if (before != reinterpret_cast<void*>(-1) && increment != 0) {
    leak::hook::record_break(scope, Op::kSbrk, before, static_cast<char*>(before) + increment, frame);
  }
  return before;
}

}  // extern "C"
