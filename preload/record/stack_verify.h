// Checks captured stacks against libunwind, a full walk by other people's code. For tests and for the sampled check
// mode. libunwind is loaded privately, on demand: linked in, it would put its exception handling
// functions before the program's own, and it opens a pipe.
#pragma once

#include <cstdint>

#include "record/stack_capture.h"

namespace leak::hook {

enum class StackCheck : std::uint8_t {
  kEqual,
  kEqualToGuess,    // equal up to code without call frame information, where both only guess
  kMismatch,
  kRefereeGaveUp,   // equal as far as libunwind got: it failed, or met its own limit
  kUnavailable,     // no libunwind, or no stack
};

struct StackVerdict {
  StackCheck check;
  std::uint32_t frame;  // the first different one, from the leaf
  std::uintptr_t ours;  // pc; 0: no such frame
  std::uintptr_t theirs;
};

// Once, at start-up (loads a library: allocates). false: not installed.
bool prepare_stack_verification() noexcept;

// Compares the stack captured last, which must have been taken at `start` in a function that has not returned.
StackVerdict verify_stack(StackCapture& capture, const CaptureStart& start) noexcept;

// libunwind believes for ever what it saw once at an address. verify_stack() calls this when the code generation
// changed and before it reports a mismatch.
void forget_referee_cache() noexcept;

}  // namespace leak::hook
