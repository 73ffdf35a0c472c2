// Rules by position: a small cache per thread, and behind it one table for the whole process, so that a rule
// and its pc id are made once for all threads.
#pragma once

#include <cstdint>

#include "record/unwind/unwind_rule.h"

namespace leak::hook::unwind {

// One thread's. Lives in zero-filled memory. A set is one cache line; a new rule pushes out the oldest. A
// thread that meets little code uses one page: the other sets are taken into use only when that has seen many
// rules.
class RuleCache {
 public:
  static constexpr unsigned kSetBits = 9;
  static constexpr unsigned kWays = 4;
  static constexpr unsigned kFirstSets = 64;
  static constexpr std::uint32_t kManyLoads = 128;

  // `generation`: the code generation that the caller's whole capture is made under.
  PackedRule find(Position position, std::uint32_t generation) noexcept {
    const PackedRule* const set = sets_[set_of(position)];
    for (unsigned way = 0; way != kWays; ++way) {
      if (set[way].is_for(position)) [[likely]]
        return set[way];
    }
    return load(position, generation);
  }
  // Required when the code generation changes.
  void clear() noexcept;

 private:
  unsigned set_of(Position position) const noexcept {
    const auto number = static_cast<unsigned>(position * 0x9e3779b97f4a7c15ULL >> (64 - kSetBits));
    return number & ((kFirstSets - 1) | more_sets_);
  }
  [[gnu::noinline]] PackedRule load(Position position, std::uint32_t generation) noexcept;

  std::uint32_t
      more_sets_;  // 0, or all other bits of a set's number. A rule of before is then just not found
  std::uint32_t loads_;
  alignas(64) PackedRule sets_[1U << kSetBits][kWays];
};

}  // namespace leak::hook::unwind
