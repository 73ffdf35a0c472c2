// Pointers that the program has handed to the kernel and may hold nowhere else: data of epoll registrations,
// values of timers, requests of io_uring.
#pragma once

#include "scan/root_table.h"

namespace leak::hook {

// Asks /proc for the descriptors and timers of process `pid`. Returns trace::kProblem bits.
std::uint32_t add_kernel_roots(int pid, const MemoryMap& map, RootTable& roots) noexcept;

}  // namespace leak::hook
