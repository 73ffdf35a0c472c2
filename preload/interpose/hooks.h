// What the allocating hooks have in common.
#pragma once

#include <cstddef>
#include <cstdint>

#include "record/hook_scope.h"
#include "record/recorder.h"
#include "record/stack_capture.h"

namespace leak::hook {

// Calls `real_call`, which returns the new block or nullptr, and records what came of it.
template <class RealCall>
inline void* allocate(trace::Op op, std::size_t size, std::uint64_t extra, const CaptureStart& start,
                      RealCall&& real_call) {
  const HookScope scope(start.sp);
  void* block = real_call();
  if (block != nullptr) [[likely]] {
    record_allocation(scope, op, block, size, extra, start);
  } else {
    record_failure(scope);
  }
  return block;
}

}  // namespace leak::hook
