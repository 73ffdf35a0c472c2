// What the allocating hooks have in common.
#pragma once

#include <cstddef>
#include <cstdint>

#include "live_set/live_set.h"
#include "record/hook_frame.h"
#include "record/hook_scope.h"
#include "record/recorder.h"
#include "record/sampling.h"

namespace leak::hook {

// Whether the calling hook may take the short way: allocate_plainly() or release_plainly().
inline bool is_plain_call() noexcept { return records_plainly() && t_hook.scope_frame == 0; }

// What allocate_in_scope() does, for a plain call.
template <class RealCall>
inline void* allocate_plainly(trace::Op op, std::size_t size, std::uint64_t extra, const HookFrame& frame,
                              RealCall&& real_call) {
  const HookScope scope(frame, HookScope::Outermost{});
  void* block = real_call();
  if (block != nullptr) [[likely]] {
    mark_live(block);
    record_plain_allocation(scope, op, block, size, extra, frame);
  } else {
    record_failure(scope);
  }
  return block;
}

// And for a block that goes.
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

// Calls `real_call`, which returns the new block or nullptr, and records what came of it.
template <class RealCall>
inline void* allocate_in_scope(trace::Op op, std::size_t size, std::uint64_t extra, const HookFrame& frame,
                               RealCall&& real_call) {
  const HookScope scope(frame);
  void* block = real_call();
  if (block != nullptr) [[likely]] {
    mark_live(block);
    record_allocation(scope, op, block, size, extra, frame);
  } else {
    record_failure(scope);
  }
  return block;
}

// The same for the functions of the malloc family, each of which inlines only the short way.
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

}  // namespace leak::hook
