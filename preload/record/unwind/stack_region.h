// The stacks that a thread runs on, each with the frames found on it last time. Besides the thread's own stack
// there are alternate signal stacks and coroutine stacks; a few are remembered.
#pragma once

#include <cstdint>

#include "record/stack_capture.h"
#include "record/unwind/unwind_rule.h"

namespace leak::hook::unwind {

// A memory word that the last walk depended on.
struct ReadWord {
  const std::uintptr_t* address;
  std::uintptr_t value;
};

// A frame of the last captured stack. A function of these three values (and of code and memory) is all that
// unwinding is.
struct Frame {
  std::uintptr_t sp;
  Position position;
  std::uintptr_t bp;
  // Bytes from the start of reads[] to past the frame's last word; the low bit says whether bp has any influence
  // on the frames outside.
  std::uint32_t reads_bytes_and_bp_live;
  std::uint32_t id;

  const ReadWord* reads_end(const ReadWord* reads) const noexcept {
    return reads + (reads_bytes_and_bp_live & ~1U) / sizeof(ReadWord);
  }
  std::uintptr_t bp_mask() const noexcept {
    return 0 - static_cast<std::uintptr_t>(reads_bytes_and_bp_live & 1);
  }
};
static_assert(sizeof(Frame) == 32);

enum class RegionKind : std::uint8_t {
  kUnused,
  kWhole,  // up to the known top of a thread's stack
  kProbed, // known by probing only, so far as frames were found; may grow
};
enum class StackEnd : std::uint8_t {
  kComplete,    // the outermost frame is known
  kBroken,      // the walk could not go on: kTruncatedPc is outermost
  kTooDeep,     // frames beyond kMaxCapturedFrames were left out: kTruncatedPc is outermost
};

struct StackRegion {
  static constexpr std::uint32_t kMaxFrames = kMaxCapturedFrames;  // one of them stands for kTruncatedPc
  static constexpr std::uint32_t kReadsPerFrame = 3;

  std::uintptr_t low;   // [low, high) can be read; a stack pointer inside belongs to this region
  std::uintptr_t high;
  std::uint64_t last_use;
  RegionKind kind;
  StackEnd end;
  std::uint32_t count;    // frames[1..count] are the stack, outermost first
  std::uint32_t trusted;  // frames[1..trusted] may be reused by the next walk: count or 0
  Frame frames[kMaxFrames];  // [0] is a sentinel with the highest stack pointer
  ReadWord reads[kMaxFrames * kReadsPerFrame];  // outermost frame's first

  bool contains(std::uintptr_t sp) const noexcept { return sp - low < high - low; }
  // Frames as counted in the trace: with the one that says "truncated".
  std::uint32_t traced_count() const noexcept { return count + (end == StackEnd::kComplete ? 0U : 1U); }
};

// One thread's. Lives in zero-filled memory.
class StackRegions {
 public:
  // The region that `sp` is in; makes or extends one at need (`keep` is not given up for it). nullptr: sp
  // cannot be read.
  StackRegion* find(std::uintptr_t sp, const StackRegion* keep) noexcept {
    StackRegion* const last = &regions_[last_];
    if (last->contains(sp)) [[likely]] return last;
    return find_other(sp, keep);
  }
  // The frames lead to `needed` (an address just past a word): makes a probed region reach so far.
  // false: it does not.
  static bool grow(StackRegion& region, std::uintptr_t needed) noexcept;
  // A complete walk replaced all frames: a probed region ends where they do, so that a neighbouring stack is not
  // taken for the same one.
  static void fit(StackRegion& region, std::uintptr_t sp, std::uintptr_t outermost_end) noexcept;
  // Code or owner changed: no remembered frame is right any more.
  void distrust_all() noexcept;
  void forget_all() noexcept;

 private:
  [[gnu::noinline]] StackRegion* find_other(std::uintptr_t sp, const StackRegion* keep) noexcept;
  StackRegion* extend_one(std::uintptr_t sp) noexcept;
  StackRegion* make_one(std::uintptr_t sp, const StackRegion* keep) noexcept;

  static constexpr unsigned kRegions = 5;
  std::uint32_t last_;
  std::uint64_t uses_;
  StackRegion regions_[kRegions];
};

}  // namespace leak::hook::unwind
