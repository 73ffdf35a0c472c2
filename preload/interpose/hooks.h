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

// The same for the functions of the malloc family.
template <class RealCall>
inline void* allocate(trace::Op op, std::size_t size, std::uint64_t extra, const HookFrame& frame,
                      RealCall&& real_call) {
  if (is_scope_free() && pass_sampling_point(size)) return allocate_left_out(frame, real_call);
  return allocate_in_scope(op, size, extra, frame, real_call);
}

}  // namespace leak::hook
