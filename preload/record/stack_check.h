// LEAKHOOK_VERIFY_STACKS: one captured stack in N is compared with a full walk by libunwind; totals and the first
// mismatches go into the trace.
#pragma once

#include <cstdint>

#include "record/stack_capture.h"
#include "record/thread_state.h"

namespace leak::hook {

// 0: off. Set once, before recording starts.
extern constinit std::uint32_t g_verify_every;

// Loads the referee. false: libunwind is not installed.
bool enable_stack_checks(std::uint32_t every) noexcept;

// Checks the stack captured last, if its turn has come. Requires: inside a scope; `start` as at the capture.
void check_stack(ThreadState& state, const CaptureStart& start) noexcept;

}  // namespace leak::hook
