// Events that a signal handler made while its thread was inside a hook. They cannot go into the slot, where
// that hook may be half-way through a record: they are kept with the thread and written, without a stack,
// when the hook ends.
#pragma once

#include "record/thread_state.h"
#include "trace_format/record.h"

namespace leak::hook {

// Requires: the scope is nested. A full list drops the event, and counts it.
[[gnu::noinline]] void defer(const trace::Event& event) noexcept;

// Nested events about `block` or `old_block` are the allocator's doing (operator new calling malloc): the
// outer event stands for them.
[[gnu::noinline]] void write_deferred_now(ThreadState& state, std::uint64_t block,
                                          std::uint64_t old_block) noexcept;

// At the end of every recording hook. Requires: the scope is not nested.
inline void write_deferred(ThreadState& state, std::uint64_t block, std::uint64_t old_block) noexcept {
  if (state.deferred_count.load(std::memory_order_relaxed) == 0) [[likely]]
    return;
  write_deferred_now(state, block, old_block);
}

}  // namespace leak::hook
