// Where a hook was called from. Hooks are compiled with -fno-omit-frame-pointer, so their frame pointer shows
// their caller's registers, and one word is enough to pass them on.
#pragma once

#include <cstdint>

namespace leak::hook {

// Registers as they will be when the hooked function has returned: pc is the return address, sp the stack
// pointer after the return, bp the caller's frame pointer register.
struct CaptureStart {
  std::uintptr_t pc;
  std::uintptr_t sp;
  std::uintptr_t bp;
};

// What lies at a function's frame pointer.
struct HookFrame {
  std::uintptr_t caller_bp;
  std::uintptr_t return_address;

  std::uintptr_t caller_sp() const noexcept { return reinterpret_cast<std::uintptr_t>(this + 1); }
  CaptureStart caller() const noexcept { return {return_address, caller_sp(), caller_bp}; }
};

// Of the function that it is written in, which must not be inlined.
#define LEAKHOOK_FRAME() (*static_cast<const ::leak::hook::HookFrame*>(__builtin_frame_address(0)))

}  // namespace leak::hook
