// Walks from the leaf outwards until it meets a frame of the last walk whose outer part is still true.
//
// Why the result equals a full walk. One step, from a frame to its caller, is a pure function of the frame's
// state (pc, sp, bp), of the code (the call frame information and the region's bounds: both fixed within a code
// generation and a region) and of the memory words that the step reads. For every remembered frame the region
// holds the state and those words, address and value. If the walk arrives at a state equal to a remembered one
// and the words of that frame's step are unchanged, the next state is the remembered next one; by induction,
// if the words of all frames from there outwards are unchanged, the whole remembered outer part is what
// a full walk would find now. Nothing is concluded from "that frame has not returned", so longjmp, exceptions,
// tail calls, alloca, frames re-entered at the same place and switched stacks need no notice.
//
// Two refinements keep that true and make it cheaper:
// - bp is often just another register that nobody outside depends on. Its influence is computed from the
//   outermost frame inwards ("live"): a dead bp is not compared, and a saved bp that restores a dead one is not
//   among the words. It cannot change any pc or sp.
// - A walk that broke off is a function of the same things, so its outer part is reused in the same way.
//
// Words are checked from the matched frame outwards and the check stops at the first change: as long as all was
// equal, the next word belongs to a frame that is alive now. So nothing is read that a plain walk would not read.
// Frames from the changed word inwards are not tried again, so the work is bounded by the depth.
#pragma once

#include <cstdint>

#include "record/unwind/capture_state.h"

namespace leak::hook::unwind {

enum class WalkStop : std::uint8_t {
  kMatched,        // the region's frames [1..kept] are the rest
  kComplete,       // the outermost frame was reached
  kBroken,         // bad or missing call frame information
  kTooDeep,        // kMaxFrames - 1 frames, and still no end
  kNeedsFullWalk,  // a frame that needs more registers
};

struct Walk {
  StackRegion* region;  // where the walk is now; it changes at a signal frame on an alternate stack
  std::uintptr_t sp;    // state of the frame looked at; in the end, of the first one not among the steps
  Position position;
  std::uintptr_t bp;
  Frame* match;         // innermost remembered frame not yet ruled out
  std::uint32_t count;  // new frames: capture.steps
  bool nothing_read;    // the outermost step ended the walk before it read anything
  bool reusable;        // a function of state and words; not when two stacks were crossed or memory was missing
};

// The new frames go on top of the region's `kept` outermost ones, and their ids into capture.ids. `outer_bp_live`: of
// the frame outside the outermost new one.
void put_frames(StackCapture& capture, StackRegion& region, std::uint32_t kept, const Walk& walk,
                bool outer_bp_live) noexcept;

// Leaves out the `count` outermost frames.
void drop_outermost(StackRegion& region, std::uint32_t count) noexcept;

}  // namespace leak::hook::unwind
