// Asks the kernel whether memory can be read, without touching it.
#pragma once

#include <cstdint>

namespace leak::sys {

// Whether the 8 bytes at `address` (8-aligned) can be read. Leaves no trace: the kernel copies a signal mask from
// there before it finds that the request makes no sense.
bool is_readable(std::uintptr_t address) noexcept;

// The end of the readable bytes that start at `from`, looking no further than `limit`; `from` itself
// when that cannot be read. One system call a page.
std::uintptr_t readable_end(std::uintptr_t from, std::uintptr_t limit) noexcept;

}  // namespace leak::sys
