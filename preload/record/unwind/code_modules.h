// Which loaded object a program counter belongs to, and whether that object is still the one we knew.
#pragma once

#include <cstdint>

#include "record/unwind/eh_frame.h"

namespace leak::hook::unwind {

// Once, at start-up (looks up _dl_find_object, which may allocate), and in a forked child. Without it the slower
// dl_iterate_phdr is used.
void prepare_code_modules() noexcept;

// The object that covers `pc`. Any thread; with glibc 2.35 or later it takes no lock. When the object is not the
// one that was seen there before (libc loads and unloads behind our back: NSS, iconv), the code
// generation is bumped.
bool find_code_module(std::uintptr_t pc, CodeModule& out) noexcept;

}  // namespace leak::hook::unwind
