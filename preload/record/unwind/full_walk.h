// The slow walk with all registers, for stacks with a frame whose rule is Cfa::kFullWalk (the lazy-binding
// trampoline, some hand-written assembler). It starts in this library, because only the present registers
// are known, and goes through our own frames to the hook's caller.
#pragma once

#include "record/unwind/capture_state.h"

namespace leak::hook::unwind {

struct FullWalk {
  std::uint32_t count;  // capture.steps[].sp and .position, leaf first
  StackEnd end;
};

FullWalk walk_fully(StackCapture& capture, const CaptureStart& start) noexcept;

}  // namespace leak::hook::unwind
