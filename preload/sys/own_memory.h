// Where the library's own memory lies, so that a scan of the heap takes it neither for the program's nor for
// roots: our buffers are full of the program's addresses.
//
// Lock-free: mapped from any thread, in a forked child too, and read while other threads are stopped
// anywhere.
#pragma once

#include <cstddef>
#include <cstdint>

namespace leak::sys {

void add_own_memory(const void* memory, std::size_t bytes) noexcept;
// Requires: exactly what add_own_memory was given.
void remove_own_memory(const void* memory) noexcept;

// Calls visit(context, begin, end) for each range, in no order; the library's own image is the first.
void visit_own_memory(void (*visit)(void* context, std::uintptr_t begin, std::uintptr_t end),
                      void* context) noexcept;

}  // namespace leak::sys
