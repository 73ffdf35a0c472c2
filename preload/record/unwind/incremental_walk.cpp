#include "record/unwind/incremental_walk.h"

#include <cstring>

namespace leak::hook::unwind {

namespace {

constexpr std::uintptr_t kWordMask = sizeof(std::uintptr_t) - 1;

std::uintptr_t load(std::uintptr_t address) noexcept { return *reinterpret_cast<const std::uintptr_t*>(address); }

// The changed word nearest to the matched frame: index + 1; 0 when all words from there outwards are as they were.
std::uint32_t first_changed(const StackRegion& region, std::uint32_t reads_end) noexcept {
  const ReadWord* const begin = region.reads;
  const ReadWord* read = begin + reads_end;
  while (read != begin) {
    --read;
    if (*read->address != read->value) [[unlikely]] return static_cast<std::uint32_t>(read - begin) + 1;
  }
  return 0;
}

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

enum class Next : std::uint8_t { kWalkOn, kComplete, kBroken, kNeedsFullWalk };

Next broken(Step& step) noexcept {
  step.flags |= Step::kNoReturnRead;
  return Next::kBroken;
}

// To the frame at `cfa`, whose return address stands just below. `bp_slot` 0: bp stays.
Next enter_caller(Walk& walk, Step& step, std::uintptr_t cfa, std::uintptr_t bp_slot) noexcept {
  if (!is_caller_sp(*walk.region, walk.sp, cfa)) return broken(step);
  if (bp_slot != 0 && !holds_saved(*walk.region, walk.sp, bp_slot)) return broken(step);
  step.bp_slot = bp_slot;
  walk.sp = cfa;
  walk.position = load(cfa + static_cast<std::uintptr_t>(arch::kReturnAddressFromCfa));
  if (bp_slot != 0) walk.bp = load(bp_slot);
  if (walk.position == 0) return Next::kComplete;
  return walk.position < arch::kPcLimit ? Next::kWalkOn : Next::kBroken;
}

Next leave_signal_frame(StackCapture& capture, Walk& walk, Step& step) noexcept {
  const std::uintptr_t frame = walk.sp;
  const std::uintptr_t last_word = frame + arch::kSignalPc;
  if (last_word + sizeof(std::uintptr_t) > walk.region->high &&
      !StackRegions::grow(*walk.region, last_word + sizeof(std::uintptr_t))) {
    return broken(step);
  }
  step.flags |= Step::kSignal;
  step.bp_slot = frame + arch::kSignalBp;
  walk.bp = load(step.bp_slot);
  walk.sp = load(frame + arch::kSignalSp);
  const std::uintptr_t pc = load(last_word);
  walk.position = pc | kExactBit;
  if (pc - 1 >= arch::kPcLimit || (walk.sp & kWordMask) != 0) return Next::kBroken;
  if (walk.sp > frame && walk.sp < walk.region->high) return Next::kWalkOn;
  // The handler runs on an alternate stack. Nothing remembered is used from here on, and nothing of this walk
  // will be: whether the interrupted stack still exists is known only after all of the inner part is checked.
  walk.left_region = true;
  StackRegion* const interrupted = capture.regions.find(walk.sp, walk.region);
  if (interrupted == nullptr) return Next::kBroken;
  walk.region = interrupted;
  walk.match = interrupted->frames;
  return Next::kWalkOn;
}

Next guess_caller(Walk& walk, Step& step) noexcept {
  step.flags |= Step::kUsesBp | Step::kGuessed;
  if (walk.bp == 0) {  // the convention's end of the stack
    step.flags |= Step::kNoReturnRead;
    return Next::kComplete;
  }
  if (walk.bp < walk.sp || walk.bp > UINTPTR_MAX - arch::kGuessedCfaFromBp) return broken(step);
  return enter_caller(walk, step, walk.bp + arch::kGuessedCfaFromBp, walk.bp);
}

Next step_by_slots(Walk& walk, Step& step, const PackedRule& rule) noexcept {
  const auto offset = [](std::uintptr_t base, std::int64_t by) { return base + static_cast<std::uintptr_t>(by); };
  std::uintptr_t cfa = offset(rule.cfa() == Cfa::kFromSp ? walk.sp : walk.bp, rule.cfa_offset());
  if (rule.cfa() != Cfa::kFromSp || rule.saved_bp() == SavedBp::kAtBp) step.flags |= Step::kUsesBp;
  if (rule.cfa() == Cfa::kFromBpSlot) {
    if (!holds_saved(*walk.region, walk.sp, cfa)) return broken(step);
    step.cfa_slot = cfa;
    cfa = load(cfa);
  }
  switch (rule.saved_bp()) {
    case SavedBp::kAtCfa: return enter_caller(walk, step, cfa, offset(cfa, rule.bp_offset()));
    case SavedBp::kAtBp: return enter_caller(walk, step, cfa, offset(walk.bp, rule.bp_offset()));
    default: return enter_caller(walk, step, cfa, 0);
  }
}

// A position that a guess led to and that is no code: the guess was wrong, and this is no frame.
Next reject_position(StackCapture& capture, Walk& walk, Step& step) noexcept {
  if (walk.count >= 2 && (capture.steps[walk.count - 2].flags & Step::kGuessed) != 0) {
    --walk.count;
    return Next::kBroken;
  }
  return broken(step);
}

// Everything but the two plain kinds, and those when a check failed.
[[gnu::noinline]] Next special_step(StackCapture& capture, Walk& walk, Step& step, PackedRule rule) noexcept {
  step.bp_slot = 0;
  step.flags = 0;
  switch (rule.cfa()) {
    case Cfa::kFromSp:
    case Cfa::kFromBp:
    case Cfa::kFromBpSlot: return step_by_slots(walk, step, rule);
    case Cfa::kSignalFrame: return leave_signal_frame(capture, walk, step);
    case Cfa::kOutermost: step.flags |= Step::kNoReturnRead; return Next::kComplete;
    case Cfa::kGuess: return guess_caller(walk, step);
    case Cfa::kUnknown: return reject_position(capture, walk, step);
    case Cfa::kFullWalk: return Next::kNeedsFullWalk;
  }
  return broken(step);
}

// The plain kinds, all in registers: caller's sp from sp or bp, bp kept or saved in the frame. false: some
// check failed and nothing was done; special_step() says what it means.
inline bool plain_step(Walk& walk, Step& step, PackedRule rule, std::uintptr_t high) noexcept {
  if (rule.key >> PackedRule::kSpecialShift != 0) [[unlikely]] return false;
  const std::uintptr_t sp = walk.sp;
  const bool cfa_is_bp = (rule.key & PackedRule::kCfaIsBp) != 0;
  const bool saves_bp = (rule.key & PackedRule::kBpAtCfa) != 0;
  const std::uintptr_t cfa = (cfa_is_bp ? walk.bp : sp) + static_cast<std::uintptr_t>(rule.cfa_offset());
  const std::uintptr_t bp_slot = cfa + static_cast<std::uintptr_t>(rule.bp_offset());
  if (cfa - sp - 1 >= high - sp || (cfa & kWordMask) != 0 || bp_slot - sp >= high - sp) [[unlikely]] return false;
  const std::uintptr_t pc = load(cfa + static_cast<std::uintptr_t>(arch::kReturnAddressFromCfa));
  if (pc - 1 >= arch::kPcLimit - 1) [[unlikely]] return false;
  const std::uintptr_t saved_bp = load(bp_slot);
  step.bp_slot = saves_bp ? bp_slot : 0;
  step.flags = cfa_is_bp ? Step::kUsesBp : 0;
  walk.bp = saves_bp ? saved_bp : walk.bp;
  walk.sp = cfa;
  walk.position = pc;
  return true;
}

WalkStop stop_of(Next next) noexcept {
  switch (next) {
    case Next::kComplete: return WalkStop::kComplete;
    case Next::kNeedsFullWalk: return WalkStop::kNeedsFullWalk;
    default: return WalkStop::kBroken;
  }
}

}  // namespace

WalkStop walk_new_frames(StackCapture& capture, Walk& result) noexcept {
  Walk walk = result;
  std::uintptr_t high = walk.region->high;
  const auto stop = [&](WalkStop why) {
    result = walk;
    return why;
  };
  for (;;) {
    const Frame* match = walk.match;
    while (match->sp < walk.sp) --match;  // ends at the sentinel
    if (match->sp == walk.sp && match->position == walk.position &&
        ((match->bp ^ walk.bp) & match->bp_mask()) == 0) {
      const std::uint32_t changed = first_changed(*walk.region, match->reads_end());
      if (changed == 0) {
        walk.match = const_cast<Frame*>(match);
        return stop(WalkStop::kMatched);
      }
      while (match->reads_end() >= changed) --match;  // the sentinel's end is 0
    }
    walk.match = const_cast<Frame*>(match);
    if (walk.count == StackRegion::kMaxFrames - 1) return stop(WalkStop::kTooDeep);
    const PackedRule rule = capture.rules.find(walk.position, capture.generation);
    Step& step = capture.steps[walk.count];
    capture.ids[walk.count] = rule.id();
    ++walk.count;
    step.sp = walk.sp;
    step.position = walk.position;
    step.bp = walk.bp;
    step.cfa_slot = 0;
    if (plain_step(walk, step, rule, high)) [[likely]] continue;
    const Next next = special_step(capture, walk, step, rule);
    if (next != Next::kWalkOn) return stop(stop_of(next));
    high = walk.region->high;
  }
}

void put_frames(StackCapture& capture, StackRegion& region, std::uint32_t kept, std::uint32_t count,
                std::uintptr_t outer_sp, bool outer_bp_live) noexcept {
  Frame* frame = region.frames + kept;
  ReadWord* read = region.reads + frame->reads_end();
  const auto add = [&](std::uintptr_t address) {
    const auto* const word = reinterpret_cast<const std::uintptr_t*>(address);
    *read++ = {word, *word};  // as the walk found it: this thread has done nothing else since
  };
  bool bp_live = outer_bp_live;
  for (std::uint32_t i = count; i-- != 0;) {
    const Step& step = capture.steps[i];
    if ((step.flags & Step::kSignal) != 0) [[unlikely]] {
      add(step.sp + arch::kSignalPc);
      add(step.sp + arch::kSignalSp);
    } else if ((step.flags & Step::kNoReturnRead) == 0) {
      add(outer_sp + static_cast<std::uintptr_t>(arch::kReturnAddressFromCfa));
    }
    if (step.cfa_slot != 0) [[unlikely]] add(step.cfa_slot);
    if (step.bp_slot != 0 && bp_live) add(step.bp_slot);
    bp_live = (step.flags & Step::kUsesBp) != 0 || (bp_live && step.bp_slot == 0);
    const auto reads_end = static_cast<std::uint32_t>(read - region.reads);
    *++frame = {step.sp, step.position, step.bp, reads_end << 1 | (bp_live ? 1U : 0U), capture.ids[i]};
    outer_sp = step.sp;
  }
  region.count = kept + count;
}

void drop_outermost(StackRegion& region, std::uint32_t count) noexcept {
  const std::uint32_t first_read = region.frames[count].reads_end();
  const std::uint32_t reads = region.frames[region.count].reads_end() - first_read;
  std::memmove(region.reads, region.reads + first_read, reads * sizeof(ReadWord));
  region.count -= count;
  for (std::uint32_t i = 1; i <= region.count; ++i) {
    region.frames[i] = region.frames[i + count];
    region.frames[i].reads_end_and_bp_live -= first_read << 1;
  }
  region.trusted = region.count;
}

}  // namespace leak::hook::unwind
