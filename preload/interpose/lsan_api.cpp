// The interface of LeakSanitizer (sanitizer/lsan_interface.h), for programs written for it: they declare these
// functions weak, and call them where they are. What they say is recorded; the analyzer draws the conclusions.
//
//   __lsan_do_leak_check, __lsan_do_recoverable_leak_check   a graph of the heap at this moment, labelled so. The program
//                                                            goes on, and is told 0: no leak. leakscan says which.
//   __lsan_ignore_object                                     the block is a root from here on until it is freed
//   __lsan_disable, __lsan_enable                            so is what this thread allocates in between
//   __lsan_(un)register_root_region                          every word of the memory is a root
#include <cstddef>
#include <cstdint>

#include "interpose/real_functions.h"
#include "live_set/root_regions.h"
#include "record/hook_scope.h"
#include "record/recorder.h"

using leak::hook::HookScope;
using leak::trace::UnreportedKind;

extern "C" int leakhook_api_snapshot_graph(const char* label) noexcept;

namespace {

void say_unreported(UnreportedKind kind, const void* address) noexcept {
  const HookScope scope(LEAKHOOK_FRAME());
  leak::hook::record_unreported(scope, kind, address);
}

std::uintptr_t number(const void* pointer) noexcept { return reinterpret_cast<std::uintptr_t>(pointer); }

}  // namespace

extern "C" {

LEAKHOOK_EXPORT void __lsan_do_leak_check() noexcept { leakhook_api_snapshot_graph("__lsan_do_leak_check"); }

LEAKHOOK_EXPORT int __lsan_do_recoverable_leak_check() noexcept {
  leakhook_api_snapshot_graph("__lsan_do_recoverable_leak_check");
  return 0;
}

LEAKHOOK_EXPORT void __lsan_ignore_object(const void* block) noexcept {
  say_unreported(UnreportedKind::kObject, block);
}

LEAKHOOK_EXPORT void __lsan_disable() noexcept {
  if (leak::hook::t_hook.unreported++ == 0) say_unreported(UnreportedKind::kBegin, nullptr);
}

// One too many is the program's mistake, and changes nothing.
LEAKHOOK_EXPORT void __lsan_enable() noexcept {
  if (leak::hook::t_hook.unreported == 0) return;
  if (--leak::hook::t_hook.unreported == 0) say_unreported(UnreportedKind::kEnd, nullptr);
}

LEAKHOOK_EXPORT void __lsan_register_root_region(const void* begin, std::size_t size) noexcept {
  leak::hook::g_root_regions.add(number(begin), number(begin) + size);
}

LEAKHOOK_EXPORT void __lsan_unregister_root_region(const void* begin, std::size_t size) noexcept {
  leak::hook::g_root_regions.remove(number(begin), number(begin) + size);
}

}  // extern "C"
