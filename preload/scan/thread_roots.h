// What threads hold: registers, stacks, thread-local variables, the C library's record of each thread.
#pragma once

#include <span>

#include "scan/heap_scan.h"
#include "scan/root_table.h"

namespace leak::hook {

// Adds the roots of all threads, and one GraphThread for each to `threads`. Returns trace::kProblem bits.
std::uint32_t add_thread_roots(std::span<const ThreadContext> contexts, int pid, const MemoryMap& map,
                               const NodeIndex& index, RootTable& roots,
                               GrowingArray<trace::GraphThread>& threads) noexcept;

// The thread's stack that `mapping` begins with, empty if there is none; also that of an ended thread, which
// the C library keeps for a new one.
AddressRange find_thread_stack(const MemoryMap& map, const Mapping& mapping) noexcept;

}  // namespace leak::hook
