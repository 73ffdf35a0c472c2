// How to get from a frame to its caller's frame: what the call frame information of one program counter says,
// reduced to the few shapes that compilers and libc produce. Everything else is kFullWalk.
#pragma once

#include <cstdint>

#include "record/unwind/arch_x86_64.h"

namespace leak::hook::unwind {

// A place in the code. The low bits are a program counter; kExactBit marks an interrupted instruction, which is
// looked up as it is, while a return address is looked up at the call before it (the call may be the last
// instruction of its function).
using Position = std::uint64_t;
inline constexpr unsigned kPcBits = 48;
inline constexpr Position kExactBit = Position{1} << kPcBits;
static_assert(arch::kPcLimit <= kExactBit);

constexpr std::uintptr_t pc_of(Position position) noexcept { return position & (kExactBit - 1); }
constexpr bool is_exact(Position position) noexcept { return (position & kExactBit) != 0; }
constexpr std::uintptr_t lookup_pc(Position position) noexcept {
  return pc_of(position) - (is_exact(position) ? 0 : 1);
}

// Where the caller's stack pointer (the canonical frame address) comes from.
enum class Cfa : std::uint8_t {
  kFromSp = 0,       // sp + cfa_offset
  kFromBp = 1,       // bp + cfa_offset
  kFromBpSlot = 2,   // *(bp + cfa_offset): a frame realigned for over-aligned locals
  kSignalFrame = 3,  // the kernel's: all registers are in memory
  kOutermost = 4,    // there is no caller
  kGuess = 5,        // code without call frame information: try the frame pointer convention
  kUnknown = 6,      // not even plausible code
  kFullWalk = 7,     // needs more registers than sp and bp, or a shape not listed here
};

// Where the caller's frame pointer comes from.
enum class SavedBp : std::uint8_t {
  kSame = 0,    // not touched
  kAtCfa = 1,   // *(cfa + bp_offset)
  kAtBp = 2,    // *(bp + bp_offset)
};

struct Rule {
  Cfa cfa;
  SavedBp saved_bp;
  std::int32_t cfa_offset;  // bytes
  std::int32_t bp_offset;
};

// A rule with its place and its pc id, in 16 bytes: 56 bits of position, 8 of kinds; then the offsets in words,
// 18 bits each, and 28 bits of id. All-zero is "empty".
struct PackedRule {
  std::uint64_t key;
  std::uint64_t data;

  static constexpr unsigned kKindShift = 56;
  static constexpr std::uint64_t kCfaIsBp = std::uint64_t{1} << 56;    // Cfa::kFromBp
  static constexpr std::uint64_t kBpAtCfa = std::uint64_t{1} << 57;    // SavedBp::kAtCfa
  static constexpr std::uint64_t kBpAtBp = std::uint64_t{1} << 58;     // SavedBp::kAtBp
  static constexpr unsigned kSpecialShift = 58;                        // zero above: the two plain kinds
  static constexpr unsigned kCfaShift = 59;                            // 3 bits, for the special kinds
  static constexpr unsigned kIdBits = 28;
  static constexpr std::uint64_t kIdMask = (std::uint64_t{1} << kIdBits) - 1;

  constexpr bool is_for(Position position) const noexcept { return (key ^ position) << 8 == 0; }
  constexpr Cfa cfa() const noexcept {
    const Cfa special = static_cast<Cfa>(key >> kCfaShift);
    if (special != Cfa::kFromSp) return special;
    return (key & kCfaIsBp) != 0 ? Cfa::kFromBp : Cfa::kFromSp;
  }
  constexpr SavedBp saved_bp() const noexcept {
    if ((key & kBpAtCfa) != 0) return SavedBp::kAtCfa;
    return (key & kBpAtBp) != 0 ? SavedBp::kAtBp : SavedBp::kSame;
  }
  constexpr std::int64_t cfa_offset() const noexcept { return (static_cast<std::int64_t>(data) >> 46) * 8; }
  constexpr std::int64_t bp_offset() const noexcept {
    return (static_cast<std::int64_t>(data << 18) >> 46) * 8;
  }
  constexpr std::uint32_t id() const noexcept { return static_cast<std::uint32_t>(data & kIdMask); }
  // The two kinds that nearly all code has: kFromSp or kFromBp, with kSame or kAtCfa.
  constexpr bool is_plain() const noexcept { return key >> kSpecialShift == 0; }
  // The caller's place depends on bp.
  constexpr bool uses_bp() const noexcept {
    if ((key & (kCfaIsBp | kBpAtBp)) != 0) return true;
    return cfa() == Cfa::kFromBpSlot || cfa() == Cfa::kGuess;
  }
};
static_assert(sizeof(PackedRule) == 16);

constexpr bool offset_fits(std::int64_t offset) noexcept {
  return offset % 8 == 0 && offset >= -(1 << 20) && offset < (1 << 20);
}

// What the walk relies on without looking: a frame found from sp has a size, and bp is saved inside of it.
constexpr bool is_sound(const Rule& rule) noexcept {
  if (!offset_fits(rule.cfa_offset) || !offset_fits(rule.bp_offset)) return false;
  if (rule.saved_bp == SavedBp::kAtCfa && rule.bp_offset >= 0) return false;
  if (rule.cfa != Cfa::kFromSp) return true;
  return rule.cfa_offset > 0 && (rule.saved_bp != SavedBp::kAtCfa || rule.cfa_offset + rule.bp_offset >= 0);
}

// A rule that does not fit or is odd becomes a kFullWalk, which is always right.
constexpr PackedRule pack(Position position, const Rule& rule, std::uint32_t id) noexcept {
  Rule kept = rule;
  if (!is_sound(rule)) {
    kept = {Cfa::kFullWalk, SavedBp::kSame, 0, 0};
  }
  std::uint64_t key = position;
  if (kept.cfa == Cfa::kFromBp) {
    key |= PackedRule::kCfaIsBp;
  } else {
    key |= static_cast<std::uint64_t>(kept.cfa) << PackedRule::kCfaShift;
  }
  if (kept.saved_bp == SavedBp::kAtCfa) key |= PackedRule::kBpAtCfa;
  if (kept.saved_bp == SavedBp::kAtBp) key |= PackedRule::kBpAtBp;
  // Without a saved bp the slot is the return address's: the walk may load it before it knows that it is no use.
  if (kept.saved_bp == SavedBp::kSame) kept.bp_offset = arch::kReturnAddressFromCfa;
  const auto words = [](std::int32_t offset) { return static_cast<std::uint64_t>(offset / 8) & 0x3ffff; };
  return {key, words(kept.cfa_offset) << 46 | words(kept.bp_offset) << 28 | (id & PackedRule::kIdMask)};
}

}  // namespace leak::hook::unwind
