// Stacks by our own reading of the call frame information, walking only what changed since the last capture
// (unwind/incremental_walk.h says why that is exact).
#include "record/pc_table.h"
#include "record/stack_capture.h"
#include "record/unwind/capture_state.h"
#include "record/unwind/code_modules.h"
#include "record/unwind/full_walk.h"
#include "record/unwind/walk_hot_path.h"
#include "trace_format/record.h"

namespace leak::hook {

namespace {

using unwind::Frame;
using unwind::StackEnd;
using unwind::StackRegion;
using unwind::Walk;
using unwind::WalkStop;

constexpr std::uint32_t kMostFrames = StackRegion::kMaxFrames - 1;  // and one for kTruncatedPc
// A stack that is too deep loses this many frames at once, so that pushing one frame does not move them all.
constexpr std::uint32_t kDropAtOnce = 1024;
// With fewer frames left than this, the part left out before is looked for again.
constexpr std::uint32_t kFewestOfDeep = kMostFrames - kDropAtOnce;

// The ids of region frames [1..kept] and of the end mark, behind the `count` new ones.
std::uint32_t write_outer_ids(StackCapture& capture, const StackRegion& region, std::uint32_t kept,
                              std::uint32_t count) noexcept {
  std::uint32_t* out = capture.ids + count;
  for (std::uint32_t i = kept; i != 0; --i) *out++ = region.frames[i].id;
  if (region.end != StackEnd::kComplete) *out++ = trace::kTruncatedPc;
  return static_cast<std::uint32_t>(out - capture.ids);
}

[[gnu::noinline]] StackDelta whole(StackCapture& capture, const StackRegion& region, std::uint32_t kept,
                                   std::uint32_t count) noexcept {
  return {0, write_outer_ids(capture, region, kept, count), capture.ids};
}

// A walk broke off, or met a zero where a return address should be: perhaps the rules are of a module that libc has
// replaced behind our back, and every pc met in the new one has an old rule. Looking the modules up again
// notices that; the capture is then repeated.
void recheck_modules(const StackCapture& capture, std::uint32_t count) noexcept {
  constexpr std::uint32_t kMostRechecked = 64;
  for (std::uint32_t i = 0; i != count && i != kMostRechecked; ++i) {
    unwind::CodeModule module;
    unwind::find_code_module(unwind::lookup_pc(capture.steps[i].position), module);
  }
}

// The walk reached no remembered frame: all frames are new.
[[gnu::noinline]] StackDelta take_all(StackCapture& capture, StackRegion& region, const Walk& walk,
                                      WalkStop stop) noexcept {
  const bool complete = stop == WalkStop::kComplete;
  if (!(complete && walk.nothing_read) && stop != WalkStop::kTooDeep) [[unlikely]] recheck_modules(capture, walk.count);
  region.end = complete                     ? StackEnd::kComplete
               : stop == WalkStop::kTooDeep ? StackEnd::kTooDeep
                                            : StackEnd::kBroken;
  // Beyond a broken or cut end bp may matter.
  unwind::put_frames(capture, region, 0, walk, !complete);
  region.trusted = walk.reusable ? walk.count : 0;
  if (complete && walk.reusable) unwind::StackRegions::fit(region, region.frames[region.count].sp, walk.sp);
  capture.last = &region;
  return whole(capture, region, 0, walk.count);
}

// Together they are more than fit: the outermost ones go.
[[gnu::noinline]] StackDelta take_too_many(StackCapture& capture, StackRegion& region, const Walk& walk,
                                           std::uint32_t kept) noexcept {
  const std::uint32_t excess = kept + walk.count - kMostFrames;
  const std::uint32_t wanted = excess > kDropAtOnce ? excess : kDropAtOnce;
  const std::uint32_t dropped = wanted < kept ? wanted : kept;
  region.count = kept;
  unwind::drop_outermost(region, dropped);
  kept -= dropped;
  region.end = StackEnd::kTooDeep;
  const bool bp_live = kept == 0 || region.frames[kept].bp_mask() != 0;
  unwind::put_frames(capture, region, kept, walk, bp_live);
  region.trusted = region.count;
  capture.last = &region;
  return whole(capture, region, kept, walk.count);
}

// By the slow walk; nothing of it is reused.
[[gnu::noinline]] StackDelta take_full_walk(StackCapture& capture, StackRegion& region,
                                            const CaptureStart& start) noexcept {
  const unwind::FullWalk walk = unwind::walk_fully(capture, start);
  for (std::uint32_t i = 0; i != walk.count; ++i) {
    const unwind::Step& step = capture.steps[i];
    capture.ids[i] = capture.rules.find(step.position, capture.generation).id();
    region.frames[walk.count - i] = {step.sp, step.position, step.bp, 1, capture.ids[i]};
  }
  region.end = walk.end;
  region.count = walk.count;
  region.trusted = 0;
  capture.last = &region;
  return whole(capture, region, 0, walk.count);
}

// A stack that was cut has come back to where it might fit: walked without what is remembered of it.
[[gnu::noinline]] StackDelta take_anew(StackCapture& capture, StackRegion& region, const CaptureStart& start) noexcept {
  region.trusted = 0;
  return capture_stack(capture, start);
}

[[gnu::noinline]] void start_generation(StackCapture& capture, std::uint32_t generation) noexcept {
  capture.generation = generation;
  capture.rules.clear();
  capture.regions.distrust_all();
  capture.last = nullptr;  // ids change too: the next stack goes out whole
}

// All that is certain is the caller: the stack pointer is nowhere that can be read, or code comes and goes as we walk.
[[gnu::noinline]] StackDelta take_caller_only(StackCapture& capture, const CaptureStart& start) noexcept {
  capture.ids[0] = capture.rules.find(start.pc, capture.generation).id();
  capture.ids[1] = trace::kTruncatedPc;
  capture.last = nullptr;
  return {0, 2, capture.ids};
}

// A module was found replaced while its frames were walked: rules of two times may have met. The limit is for a
// program that loads and unloads all the time.
[[gnu::noinline]] StackDelta capture_again(StackCapture& capture, const CaptureStart& start) noexcept {
  constexpr std::uint32_t kMostRepeats = 3;
  if (capture.repeats == kMostRepeats) return take_caller_only(capture, start);
  ++capture.repeats;
  const StackDelta delta = capture_stack(capture, start);
  --capture.repeats;
  return delta;
}

// Everything but a walk that met remembered frames and leaves a stack of fitting size.
[[gnu::noinline]] StackDelta take_unusual(StackCapture& capture, StackRegion& region, const Walk& walk, WalkStop stop,
                                          std::uint32_t kept, const CaptureStart& start) noexcept {
  if (stop == WalkStop::kMatched && kept + walk.count <= kMostFrames) return take_anew(capture, region, start);
  const StackDelta delta = stop == WalkStop::kMatched          ? take_too_many(capture, region, walk, kept)
                           : stop == WalkStop::kNeedsFullWalk ? take_full_walk(capture, region, start)
                                                              : take_all(capture, region, walk, stop);
  return code_generation() == capture.generation ? delta : capture_again(capture, start);
}

}  // namespace

void prepare_stack_capture() noexcept { unwind::prepare_code_modules(); }

std::size_t stack_capture_bytes() noexcept { return sizeof(StackCapture); }

// Nothing here may need the result or the walk in memory: two halves stored and loaded as one word cost more than
// ten instructions.
StackDelta capture_stack(StackCapture& capture, const CaptureStart& start) noexcept {
  const std::uint32_t generation = code_generation();
  if (generation != capture.generation) [[unlikely]] start_generation(capture, generation);
  StackRegion* const found = capture.regions.find(start.sp, nullptr);
  if (found == nullptr || start.sp % sizeof(start.sp) != 0) [[unlikely]] return take_caller_only(capture, start);
  StackRegion& region = *found;
  Walk walk{&region, start.sp, start.pc, start.bp, region.frames + region.trusted, 0, false, true};
  const WalkStop stop = unwind::walk_new_frames(capture, walk);
  const auto kept = static_cast<std::uint32_t>(walk.match - region.frames);
  const std::uint32_t depth = kept + walk.count;
  const std::uint32_t fewest = region.end == StackEnd::kTooDeep ? kFewestOfDeep : 0;
  if (stop != WalkStop::kMatched || depth > kMostFrames || depth < fewest) [[unlikely]] {
    const Walk copy = walk;
    return take_unusual(capture, region, copy, stop, kept, start);
  }
  unwind::put_frames_inline(capture, region, kept, walk, walk.match->bp_mask() != 0);
  region.trusted = depth;
  if (code_generation() != generation) [[unlikely]] return capture_again(capture, start);
  if (capture.last != &region) [[unlikely]] {
    capture.last = &region;
    return whole(capture, region, kept, walk.count);
  }
  return {kept + (region.end == StackEnd::kComplete ? 0U : 1U), walk.count, capture.ids};
}

StackDelta whole_stack(StackCapture& capture) noexcept {
  if (capture.last == nullptr) return {0, 2, capture.ids};  // take_caller_only() left it there
  return whole(capture, *capture.last, capture.last->count, 0);
}

std::uint32_t copy_stack(const StackCapture& capture, std::uintptr_t* addresses, std::uint32_t most) noexcept {
  if (capture.last == nullptr) return 0;
  const StackRegion& region = *capture.last;
  const std::uint32_t count = region.count < most ? region.count : most;
  for (std::uint32_t i = 0; i != count; ++i)
    addresses[i] = unwind::pc_of(region.frames[region.count - i].position);
  return count;
}

void forget_stack(StackCapture& capture) noexcept {
  capture.regions.forget_all();
  capture.last = nullptr;
}

}  // namespace leak::hook
