// How much memory the kernel lets this process have: the limits of its control groups.
#pragma once

#include <cstdint>

namespace leak::hook {

// The tightest limit of the memory control groups that this process is in, from its own up to the root: in
// version 2 memory.max, in version 1 memory.limit_in_bytes. 0: there is none, or it cannot be read.
// `root` stands before /proc and /sys; empty but in tests. For the writer thread: opens files.
std::uint64_t read_memory_limit(const char* root) noexcept;

}  // namespace leak::hook
