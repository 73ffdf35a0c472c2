// The call stack of one thread, as the difference from its previous one. One interface; CMake picks the file:
// stack_capture_libunwind.cpp walks every frame with libunwind, stack_capture_cfi.cpp walks only what
// changed.
//
// Thread rules: an instance belongs to one thread and is used only inside a hook (never re-entered).
// Lives in zero-filled mapped memory; no constructor or destructor runs.
#pragma once

#include <cstddef>
#include <cstdint>

#include "record/hook_frame.h"

namespace leak::hook {

// Stack = previous stack with all but its `keep` outermost frames dropped, then `push` frames put on, whose
// pc ids stand leaf first at `pc_ids` until the next call on the same instance.
struct StackDelta {
  std::uint32_t keep;
  std::uint32_t push;
  const std::uint32_t* pc_ids;
};

// Deeper stacks keep their innermost frames and end in trace::kTruncatedPc.
inline constexpr std::uint32_t kMaxCapturedFrames = 4096;

class StackCapture;

// Once, at start-up before the first capture (it may look up symbols), and again in a forked child.
void prepare_stack_capture() noexcept;

// Size and alignment of an instance; it is created by zero-filling that many bytes.
std::size_t stack_capture_bytes() noexcept;

// Takes the stack of the calling thread at `start`.
StackDelta capture_stack(StackCapture& capture, const CaptureStart& start) noexcept;

// The stack taken last, whole: keep is 0. For the first event of a slot.
StackDelta whole_stack(StackCapture& capture) noexcept;

// The return addresses of the stack taken last, leaf first, at most `most`; returns how many.
std::uint32_t copy_stack(const StackCapture& capture, std::uintptr_t* addresses, std::uint32_t most) noexcept;

// The instance passes to another thread: what it knows of a stack is void.
void forget_stack(StackCapture& capture) noexcept;

}  // namespace leak::hook
