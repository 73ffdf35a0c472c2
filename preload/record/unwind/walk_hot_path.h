// The part of the incremental walk that runs for every allocation. Inlined into the capture: calls and structures in
// memory would cost more than the steps themselves.
#pragma once

#include "record/unwind/incremental_walk.h"

namespace leak::hook::unwind {

inline constexpr std::uintptr_t kWordMask = sizeof(std::uintptr_t) - 1;

inline std::uintptr_t load(std::uintptr_t address) noexcept { return *reinterpret_cast<const std::uintptr_t*>(address); }
inline std::uintptr_t offset(std::uintptr_t base, std::int64_t by) noexcept { return base + static_cast<std::uintptr_t>(by); }

inline bool is_unchanged(const ReadWord& read) noexcept { return *read.address == read.value; }

// Checks the words up to `end` (exclusive) from there outwards; returns the end of what is still unproven: the first
// changed word's end, or `begin` when all are as they were.
inline const ReadWord* check_words(const ReadWord* begin, const ReadWord* end) noexcept {
  while (end - begin >= 4) {
    if (!is_unchanged(end[-1])) [[unlikely]] return end;
    if (!is_unchanged(end[-2])) [[unlikely]] return end - 1;
    if (!is_unchanged(end[-3])) [[unlikely]] return end - 2;
    if (!is_unchanged(end[-4])) [[unlikely]] return end - 3;
    end -= 4;
  }
  while (end != begin && is_unchanged(end[-1])) --end;
  return end;
}

// Where a step that is not plain leads.
enum class WalkNext : std::uint8_t { kWalkOn, kComplete, kBroken, kNeedsFullWalk };

// Everything but the two plain kinds, and those when a check failed.
WalkNext special_step(StackCapture& capture, Walk& walk, const PackedRule& rule) noexcept;

// Writes the words by which a frame of a special kind found its caller at `outer_sp`; returns their end.
ReadWord* put_special_reads(ReadWord* out, const Step& step, std::uintptr_t outer_sp, bool outer_bp_live) noexcept;

// The plain kinds: caller's sp from sp or bp, bp kept or saved in the frame. false: some check failed and nothing
// was done; special_step() says what it means.
[[gnu::always_inline]] inline bool plain_step(Walk& walk, const PackedRule& rule, std::uintptr_t high) noexcept {
  if (!rule.is_plain()) [[unlikely]] return false;
  std::uintptr_t cfa = offset(walk.sp, rule.cfa_offset());
  if ((rule.key & PackedRule::kCfaIsBp) == 0) {
    // pack() saw to it that the frame has a size, in words, and that bp is saved inside.
    if (cfa > high) [[unlikely]] return false;
  } else {
    cfa = offset(walk.bp, rule.cfa_offset());
    if (cfa <= walk.sp || cfa > high || (cfa & kWordMask) != 0) [[unlikely]] return false;
    if (offset(cfa, rule.bp_offset()) < walk.sp) [[unlikely]] return false;
  }
  const std::uintptr_t pc = load(offset(cfa, arch::kReturnAddressFromCfa));
  if ((pc - 1) >> arch::kPcLimitBits != 0) [[unlikely]] return false;
  // A mask instead of a branch, which would be hard to predict; without a saved bp this reads the return address.
  const std::uintptr_t saves_bp = 0 - (rule.key / PackedRule::kBpAtCfa & 1);
  walk.bp ^= (walk.bp ^ load(offset(cfa, rule.bp_offset()))) & saves_bp;
  walk.sp = cfa;
  walk.position = pc;
  return true;
}

inline WalkStop stop_of(WalkNext next) noexcept {
  switch (next) {
    case WalkNext::kComplete: return WalkStop::kComplete;
    case WalkNext::kNeedsFullWalk: return WalkStop::kNeedsFullWalk;
    default: return WalkStop::kBroken;
  }
}

inline bool saves_bp(const PackedRule& rule) noexcept {
  return rule.saved_bp() != SavedBp::kSame || rule.cfa() == Cfa::kGuess || rule.cfa() == Cfa::kSignalFrame;
}

// Fills capture.steps. Requires: walk.sp in walk.region and 8-aligned, region's memory readable, count 0. `walk` is to
// stay in registers: nothing here may take its address.
[[gnu::always_inline]] inline WalkStop walk_new_frames(StackCapture& capture, Walk& walk) noexcept {
  Step* step = capture.steps;
  std::uintptr_t high = walk.region->high;
  for (;;) {
    while (walk.match->sp < walk.sp) --walk.match;  // ends at the sentinel
    const Frame* const match = walk.match;
    if (match->sp == walk.sp && match->position == walk.position &&
        ((match->bp ^ walk.bp) & match->bp_mask()) == 0) {
      const ReadWord* const reads = walk.region->reads;
      const ReadWord* const unproven = check_words(reads, match->reads_end(reads));
      if (unproven == reads) [[likely]] {
        walk.count = static_cast<std::uint32_t>(step - capture.steps);
        return WalkStop::kMatched;
      }
      while (walk.match->reads_end(reads) >= unproven) --walk.match;  // the sentinel's end is `reads`
    }
    if (step == capture.steps + StackRegion::kMaxFrames - 1) [[unlikely]] {
      walk.count = static_cast<std::uint32_t>(step - capture.steps);
      return WalkStop::kTooDeep;
    }
    const PackedRule rule = capture.rules.find(walk.position, capture.generation);
    *step++ = {walk.sp, walk.position, walk.bp, rule};
    if (plain_step(walk, rule, high)) [[likely]] continue;
    Walk copy = walk;
    copy.count = static_cast<std::uint32_t>(step - capture.steps);
    const WalkNext next = special_step(capture, copy, rule);
    walk = copy;
    if (next != WalkNext::kWalkOn) return stop_of(next);
    high = walk.region->high;
  }
}

[[gnu::always_inline]] inline void put_frames_inline(StackCapture& capture, StackRegion& region, std::uint32_t kept,
                                                     const Walk& walk, bool outer_bp_live) noexcept {
  region.count = kept + walk.count;
  if (walk.count == 0) return;
  Frame* frame = region.frames + kept;
  ReadWord* read = region.reads + (frame->reads_end(region.reads) - region.reads);
  std::uintptr_t outer_sp = walk.sp;
  std::uint32_t bp_live = outer_bp_live ? 1U : 0U;
  bool nothing_read = walk.nothing_read;  // of the outermost only
  const Step* step = capture.steps + walk.count;
  std::uint32_t* id = capture.ids + walk.count;
  do {
    --step;
    const PackedRule rule = step->rule;
    if (nothing_read) [[unlikely]] {
      bp_live |= rule.uses_bp() ? 1U : 0U;
      nothing_read = false;
    } else if (rule.is_plain()) [[likely]] {
      // Words are taken as the walk found them: this thread has done nothing else since.
      const std::uintptr_t slot = offset(outer_sp, arch::kReturnAddressFromCfa);
      *read++ = {reinterpret_cast<const std::uintptr_t*>(slot), load(slot)};
      const auto uses_bp = static_cast<std::uint32_t>(rule.key / PackedRule::kCfaIsBp & 1);
      const auto saves_bp = static_cast<std::uint32_t>(rule.key / PackedRule::kBpAtCfa & 1);
      if ((bp_live & saves_bp) != 0) {
        const std::uintptr_t bp_slot = offset(outer_sp, rule.bp_offset());
        *read++ = {reinterpret_cast<const std::uintptr_t*>(bp_slot), load(bp_slot)};
      }
      bp_live = uses_bp | (bp_live & ~saves_bp);
    } else {
      read = put_special_reads(read, *step, outer_sp, bp_live != 0);
      bp_live = rule.uses_bp() || (bp_live != 0 && !saves_bp(rule)) ? 1U : 0U;
    }
    const std::uint32_t frame_id = rule.id();
    *--id = frame_id;
    outer_sp = step->sp;
    const auto reads_bytes = static_cast<std::uint32_t>(reinterpret_cast<const char*>(read) -
                                                        reinterpret_cast<const char*>(region.reads));
    *++frame = {outer_sp, step->position, step->bp, reads_bytes | bp_live, frame_id};
  } while (step != capture.steps);
}

}  // namespace leak::hook::unwind
