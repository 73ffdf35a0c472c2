#include "record/unwind/incremental_walk.h"

#include "record/unwind/walk_hot_path.h"

#include <cstring>

namespace leak::hook::unwind {

namespace {


// A word that a frame at `sp` may have used for saving a register.
bool holds_saved(StackRegion& region, std::uintptr_t sp, std::uintptr_t slot) noexcept {
  if (slot < sp - arch::kRedZoneBytes || slot < region.low || (slot & kWordMask) != 0) return false;
  return slot < region.high || StackRegions::grow(region, slot + sizeof(std::uintptr_t));
}

// The caller's stack must lie further out, in the same region.
bool is_caller_sp(StackRegion& region, std::uintptr_t sp, std::uintptr_t cfa) noexcept {
  if (cfa <= sp || (cfa & kWordMask) != 0) return false;
  return cfa <= region.high || StackRegions::grow(region, cfa);
}

WalkNext stop_here(Walk& walk, WalkNext next) noexcept {
  walk.nothing_read = true;
  return next;
}

// To the frame at `cfa`, whose return address stands just below. `bp_slot` 0: bp stays.
WalkNext enter_caller(Walk& walk, std::uintptr_t cfa, std::uintptr_t bp_slot) noexcept {
  if (!is_caller_sp(*walk.region, walk.sp, cfa)) return stop_here(walk, WalkNext::kBroken);
  if (bp_slot != 0 && !holds_saved(*walk.region, walk.sp, bp_slot)) return stop_here(walk, WalkNext::kBroken);
  walk.sp = cfa;
  walk.position = load(offset(cfa, arch::kReturnAddressFromCfa));
  if (bp_slot != 0) walk.bp = load(bp_slot);
  if (walk.position == 0) return WalkNext::kComplete;
  return walk.position < arch::kPcLimit ? WalkNext::kWalkOn : WalkNext::kBroken;
}

WalkNext leave_signal_frame(StackCapture& capture, Walk& walk) noexcept {
  const std::uintptr_t frame = walk.sp;
  const std::uintptr_t last_word = frame + arch::kSignalPc;
  if (last_word + sizeof(std::uintptr_t) > walk.region->high &&
      !StackRegions::grow(*walk.region, last_word + sizeof(std::uintptr_t))) {
    walk.reusable = false;
    return stop_here(walk, WalkNext::kBroken);
  }
  const std::uintptr_t pc = load(last_word);
  walk.bp = load(frame + arch::kSignalBp);
  walk.sp = load(frame + arch::kSignalSp);
  walk.position = pc | kExactBit;
  if (pc - 1 >= arch::kPcLimit || (walk.sp & kWordMask) != 0) return WalkNext::kBroken;
  if (walk.sp > frame && walk.sp < walk.region->high) return WalkNext::kWalkOn;
  // The handler runs on an alternate stack. Nothing remembered is used from here on, and nothing of this walk
  // will be: whether the interrupted stack still exists is known only after all of the inner part is checked.
  walk.reusable = false;
  StackRegion* const interrupted = capture.regions.find(walk.sp, walk.region);
  if (interrupted == nullptr) return WalkNext::kBroken;
  walk.region = interrupted;
  walk.match = interrupted->frames;
  return WalkNext::kWalkOn;
}

WalkNext guess_caller(Walk& walk) noexcept {
  if (walk.bp == 0) return stop_here(walk, WalkNext::kComplete);  // the convention's end of the stack
  if (walk.bp < walk.sp || walk.bp > UINTPTR_MAX - arch::kGuessedCfaFromBp) return stop_here(walk, WalkNext::kBroken);
  return enter_caller(walk, walk.bp + arch::kGuessedCfaFromBp, walk.bp);
}

WalkNext step_by_slots(Walk& walk, const PackedRule& rule) noexcept {
  std::uintptr_t cfa = offset(rule.cfa() == Cfa::kFromSp ? walk.sp : walk.bp, rule.cfa_offset());
  if (rule.cfa() == Cfa::kFromBpSlot) {
    if (!holds_saved(*walk.region, walk.sp, cfa)) return stop_here(walk, WalkNext::kBroken);
    cfa = load(cfa);
  }
  std::uintptr_t bp_slot = 0;
  if (rule.saved_bp() == SavedBp::kAtCfa) bp_slot = offset(cfa, rule.bp_offset());
  if (rule.saved_bp() == SavedBp::kAtBp) bp_slot = offset(walk.bp, rule.bp_offset());
  const WalkNext next = enter_caller(walk, cfa, bp_slot);
  if (rule.cfa() == Cfa::kFromBpSlot && walk.nothing_read) walk.reusable = false;  // one word was read
  return next;
}

// A position that is no code. If a guess led to it, the guess was wrong, and this is no frame.
WalkNext reject_position(const StackCapture& capture, Walk& walk) noexcept {
  if (walk.count >= 2 && capture.steps[walk.count - 2].rule.cfa() == Cfa::kGuess) {
    --walk.count;
    return WalkNext::kBroken;
  }
  return stop_here(walk, WalkNext::kBroken);
}

}  // namespace

[[gnu::noinline]] WalkNext special_step(StackCapture& capture, Walk& walk, const PackedRule& rule) noexcept {
  switch (rule.cfa()) {
    case Cfa::kFromSp:
    case Cfa::kFromBp:
    case Cfa::kFromBpSlot: return step_by_slots(walk, rule);
    case Cfa::kSignalFrame: return leave_signal_frame(capture, walk);
    case Cfa::kOutermost: return stop_here(walk, WalkNext::kComplete);
    case Cfa::kGuess: return guess_caller(walk);
    case Cfa::kUnknown: return reject_position(capture, walk);
    case Cfa::kFullWalk: return WalkNext::kNeedsFullWalk;
  }
  return stop_here(walk, WalkNext::kBroken);
}

[[gnu::noinline]] ReadWord* put_special_reads(ReadWord* out, const Step& step, std::uintptr_t outer_sp,
                                              bool outer_bp_live) noexcept {
  const auto add = [&](std::uintptr_t address) {
    *out++ = {reinterpret_cast<const std::uintptr_t*>(address), load(address)};
  };
  if (step.rule.cfa() == Cfa::kSignalFrame) {
    add(step.sp + arch::kSignalPc);
    add(step.sp + arch::kSignalSp);
    if (outer_bp_live) add(step.sp + arch::kSignalBp);
    return out;
  }
  add(offset(outer_sp, arch::kReturnAddressFromCfa));
  if (step.rule.cfa() == Cfa::kFromBpSlot) add(offset(step.bp, step.rule.cfa_offset()));
  if (!outer_bp_live) return out;
  if (step.rule.cfa() == Cfa::kGuess) add(step.bp);
  if (step.rule.saved_bp() == SavedBp::kAtCfa) add(offset(outer_sp, step.rule.bp_offset()));
  if (step.rule.saved_bp() == SavedBp::kAtBp) add(offset(step.bp, step.rule.bp_offset()));
  return out;
}

void put_frames(StackCapture& capture, StackRegion& region, std::uint32_t kept, const Walk& walk,
                bool outer_bp_live) noexcept {
  put_frames_inline(capture, region, kept, walk, outer_bp_live);
}

void drop_outermost(StackRegion& region, std::uint32_t count) noexcept {
  const ReadWord* const first = region.frames[count].reads_end(region.reads);
  const ReadWord* const end = region.frames[region.count].reads_end(region.reads);
  std::memmove(region.reads, first, static_cast<std::size_t>(end - first) * sizeof(ReadWord));
  const auto moved_bytes = static_cast<std::uint32_t>(static_cast<std::size_t>(first - region.reads) * sizeof(ReadWord));
  region.count -= count;
  for (std::uint32_t i = 1; i <= region.count; ++i) {
    region.frames[i] = region.frames[i + count];
    region.frames[i].reads_bytes_and_bp_live -= moved_bytes;
  }
  region.trusted = region.count;
}

}  // namespace leak::hook::unwind
