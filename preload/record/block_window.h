// Windows: what of the heap was made since some moment, asked by the program itself (leakhook/leakhook.h).
// While none is open, hooks pay for one look at a byte that lies beside the state they look at anyway.
//
// Opened, read and closed by any thread inside a hook scope that is not nested. A forked child has none of
// its parent's.
#pragma once

#include <cstdint>

#include "buffer/live.h"
#include "record/hook_scope.h"
#include "record/thread_state.h"
#include "record/window_table.h"
#include "trace_format/record.h"

namespace leak::hook {

inline bool windows_are_open() noexcept { return has_mode(kModeWindows); }

// Requires: windows_are_open(), a scope that is not nested, and of a block with a stack that it was the last
// one captured.
[[gnu::noinline]] void note_block_made(const ThreadState& state, std::uint64_t address, std::uint64_t size,
                                       std::uint64_t ticks, bool has_stack) noexcept;
// Of the block that was at the address before `ticks`.
[[gnu::noinline]] void note_block_gone(std::uint64_t address, std::uint64_t ticks) noexcept;
// An event of a signal handler, without stack.
[[gnu::noinline]] void note_deferred(const ThreadState& state, const trace::Event& event) noexcept;

struct WindowCounts {
  std::uint64_t allocations;
  std::uint64_t allocated_bytes;
  std::uint64_t live_blocks;
  std::uint64_t live_bytes;
  std::uint64_t peak_bytes;
  std::uint64_t missed;  // blocks that there was no memory to remember
};

// 0: there are too many windows, or this process is not recorded in full.
int open_window(const HookScope& scope, bool this_thread_only) noexcept;
// What is made from now on is not in it; frees still are. false: no such window.
bool stop_window(const HookScope& scope, int window) noexcept;
bool close_window(const HookScope& scope, int window) noexcept;
bool read_window(const HookScope& scope, int window, WindowCounts& counts) noexcept;

// visit(context, block) for each live block of the window; returns their number. It must not allocate, nor
// call into the library.
std::uint64_t visit_window(const HookScope& scope, int window,
                           void (*visit)(void* context, const WindowBlock& block), void* context) noexcept;

// A forked child, before its first event. Requires: no other thread.
void forget_windows() noexcept;

// false: no window holds the block. The name is not copied.
bool name_window_block(const HookScope& scope, const void* block, const char* name) noexcept;

}  // namespace leak::hook
