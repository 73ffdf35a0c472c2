// Whether blocks go back to the functions that they came from: malloc's to free, operator new's to operator
// delete, operator new[]'s to operator delete[].
//
// Kept by site, at a byte each, because one call instruction nearly always calls one function. Of a site that
// is seen to call several (through a pointer) nothing is said.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "trace_format/operation.h"

namespace leak::scan {

// A set of families: bits, so that one `and` compares them.
using FamilySet = std::uint8_t;
inline constexpr FamilySet kMallocFamily = 1;
inline constexpr FamilySet kNewFamily = 2;
inline constexpr FamilySet kNewArrayFamily = 4;

constexpr FamilySet family_of(trace::Op op) {
  switch (op) {
    case trace::Op::kNew:
    case trace::Op::kNewAligned:
    case trace::Op::kDelete:
    case trace::Op::kDeleteAligned:
      return kNewFamily;
    case trace::Op::kNewArray:
    case trace::Op::kNewArrayAligned:
    case trace::Op::kDeleteArray:
    case trace::Op::kDeleteArrayAligned:
      return kNewArrayFamily;
    default:
      return kMallocFamily;
  }
}

class FreeFamilies {
 public:
  void add_site() { made_.push_back(0); }

  void begin(std::uint32_t site, trace::Op op) { made_[site] |= kFamilies[number_of(op)]; }

  void end(std::uint32_t site, trace::Op op) {
    if ((made_[site] & static_cast<FamilySet>(~kFamilies[number_of(op)])) != 0) [[unlikely]]
      note(site, op);
  }

  struct Mismatch {
    std::uint32_t site = 0;
    FamilySet made_by = 0;  // one
    trace::Op freed_by{};
    std::uint64_t blocks = 0;  // recorded ones
  };
  std::vector<Mismatch> mismatches() const {
    std::vector<Mismatch> list;
    for (const auto& [key, blocks] : counts_) {
      if (std::has_single_bit(made_[key.first]))
        list.push_back({key.first, made_[key.first], key.second, blocks});
    }
    return list;
  }

 private:
  static constexpr std::size_t kOps = 64;
  static constexpr std::size_t number_of(trace::Op op) { return static_cast<std::size_t>(op) % kOps; }

  static constexpr std::array<FamilySet, kOps> kFamilies = [] {
    std::array<FamilySet, kOps> families{};
    for (std::size_t i = 1; i != kOps; ++i) families[i] = family_of(static_cast<trace::Op>(i));
    return families;
  }();

  // 0 is no function: a block that ended because another began at its address, or that was inherited.
  [[gnu::noinline]] void note(std::uint32_t site, trace::Op op) {
    if (op != trace::Op{}) ++counts_[{site, op}];
  }

  std::vector<FamilySet> made_;  // index: site
  std::map<std::pair<std::uint32_t, trace::Op>, std::uint64_t> counts_;
};

}  // namespace leak::scan
