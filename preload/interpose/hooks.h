// What the hooks that allocate and release blocks have in common.
#pragma once

#include <cstddef>
#include <cstdint>

#include "live_set/live_set.h"
#include "live_set/scrub.h"
#include "record/hook_frame.h"
#include "record/hook_scope.h"
#include "record/recorder.h"
#include "record/sampling.h"

namespace leak::hook {

// Whether the calling hook may take the short way: allocate_plainly() or release_plainly().
inline bool is_plain_call() noexcept { return records_plainly() && t_hook.scope_frame == 0; }

// Calls `real_call`, which returns the new block or nullptr, and lets kRecord record what came of it.
template <auto kRecord, class RealCall>
inline void* allocate_within(const HookScope& scope, trace::Op op, std::size_t size, std::uint64_t extra,
                             const HookFrame& frame, RealCall&& real_call) {
  void* block = real_call();
  if (block != nullptr) [[likely]] {
    mark_live(block);
    kRecord(scope, op, block, size, extra, frame);
  } else {
    record_failure(scope);
  }
  return block;
}
template <class RealCall>
inline void* allocate_in_scope(trace::Op op, std::size_t size, std::uint64_t extra, const HookFrame& frame,
                               RealCall&& real_call) {
  const HookScope scope(frame);
  return allocate_within<record_allocation>(scope, op, size, extra, frame, real_call);
}
// The same for a plain call.
template <class RealCall>
inline void* allocate_plainly(trace::Op op, std::size_t size, std::uint64_t extra, const HookFrame& frame,
                              RealCall&& real_call) {
  const HookScope scope(frame, HookScope::Outermost{});
  return allocate_within<record_plain_allocation>(scope, op, size, extra, frame, real_call);
}

// Records that the block goes, and then calls `real_call`.
template <class RealCall>
inline void release_in_scope(trace::Op op, void* block, const HookFrame& frame, RealCall&& real_call) {
  LiveSet::Cell* const mark = expect_mark_dead(block);
  const HookScope scope(frame);
  record_free(scope, op, block, frame);
  clear_mark(mark);
  real_call();
}
// The same for a plain call.
template <class RealCall>
inline void release_plainly(trace::Op op, void* block, const HookFrame& frame, RealCall&& real_call) {
  LiveSet::Cell* const mark = expect_mark_dead(block);
  const HookScope scope(frame, HookScope::Outermost{});
  record_plain_free(scope, op, block);
  clear_mark(mark);
  real_call();
}

// A block that a sample leaves out: no scope, no stamp.
template <class RealCall>
inline void* allocate_left_out(const HookFrame& frame, RealCall&& real_call) {
  void* block = real_call();
  if (block != nullptr) [[likely]] {
    mark_live(block);
    note_left_out(block);
  } else {
    record_failure(HookScope(frame));
  }
  return block;
}

// An allocation by the allocator behind us; each hook inlines only the short way.
template <class RealCall>
[[gnu::noinline]] void* allocate_otherwise(trace::Op op, std::size_t size, std::uint64_t extra,
                                           const HookFrame& frame, RealCall& real_call) {
  if (is_scope_free() && pass_sampling_point(size)) return allocate_left_out(frame, real_call);
  return allocate_in_scope(op, size, extra, frame, real_call);
}
template <class RealCall>
inline void* allocate(trace::Op op, std::size_t size, std::uint64_t extra, const HookFrame& frame,
                      RealCall&& real_call) {
  if (!is_plain_call()) [[unlikely]]
    return allocate_otherwise(op, size, extra, frame, real_call);
  return allocate_plainly(op, size, extra, frame, real_call);
}

// The same for a block that goes.
template <class RealCall>
[[gnu::noinline]] void release_otherwise(trace::Op op, void* block, const HookFrame& frame,
                                         RealCall& real_call) noexcept {
  if (is_scope_free() && is_left_out(block)) {
    mark_dead(block);
    return real_call();
  }
  release_in_scope(op, block, frame, [&] {
    if (g_scrub) [[unlikely]] scrub(block);
    real_call();
  });
}
template <class RealCall>
inline void release(trace::Op op, void* block, const HookFrame& frame, RealCall&& real_call) noexcept {
  if (!is_plain_call()) [[unlikely]]
    return release_otherwise(op, block, frame, real_call);
  release_plainly(op, block, frame, real_call);
}

}  // namespace leak::hook
