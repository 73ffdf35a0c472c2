// Descriptors and threads: made, ended, handed on. Unlike the hooks of memory, those of resources hold no
// scope across the real call: it may block, be cancelled (the scope would stay set), and what it allocates is
// the program's.
#pragma once

#include <atomic>
#include <cstdint>

#include "record/hook_frame.h"
#include "record/hook_scope.h"
#include "trace_format/record.h"
#include "trace_format/resource.h"

namespace leak::hook {

inline constexpr std::uint32_t kTrackFds = 1;
inline constexpr std::uint32_t kTrackThreads = 2;

// LEAKHOOK_TRACK. Everything until it has been read: the first event starts the recording, which reads it.
extern constinit std::atomic<std::uint32_t> g_tracked;

// A child of vfork has a copy of the descriptors, and its parent's memory: nothing that it does is recorded.
inline bool is_tracked(std::uint32_t resource) noexcept {
  return (g_tracked.load(std::memory_order_relaxed) & resource) != 0 && !t_hook.in_vfork_child;
}

// The moment before a real call that ends something. 0: nobody wants it, or it is too early to say.
std::uint64_t moment_before_resource(std::uint32_t resource) noexcept;

// After the real call succeeded. Leave errno alone.
void record_fd(trace::ResourceCall call, int fd, int copied_from, const HookFrame& frame) noexcept;
void record_fd_wrap(trace::ResourceCall call, int fd, const HookFrame& frame) noexcept;
void record_fd_close(trace::ResourceCall call, int fd, std::uint64_t before, const HookFrame& frame) noexcept;
void record_fd_close_range(trace::ResourceCall call, unsigned first, unsigned last, std::uint64_t before,
                           const HookFrame& frame) noexcept;
void record_thread(trace::ResourceCall call, std::uintptr_t handle, bool is_detached, std::uint64_t before,
                   const HookFrame& frame) noexcept;
void record_thread_end(trace::Op op, trace::ResourceCall call, std::uintptr_t handle,
                       const HookFrame& frame) noexcept;

// The child of vfork begins, or has gone: it called exec, or ended.
void enter_vfork_child() noexcept;
void leave_vfork_child() noexcept;

}  // namespace leak::hook
