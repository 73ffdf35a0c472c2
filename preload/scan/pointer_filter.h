// Finds, among many words, the few whose value lies in one of two ranges: the inner loop of the scan. Vector
// code where the processor has it, chosen at run time.
#pragma once

#include <cstddef>
#include <cstdint>

#include "scan/address_range.h"

namespace leak::hook {

struct Candidate {
  std::uint64_t value;
  std::uintptr_t where;
};

// Writes the candidates among words[0 ... count) to `out`, in order; returns their number. `out` has room for
// `count`.
using PointerFilter = std::size_t (*)(const AddressRange* two_ranges, const std::uint64_t* words,
                                      std::size_t count, Candidate* out) noexcept;

enum class FilterKind : std::uint8_t { kScalar, kAvx2, kAvx512 };

// The best that this processor has, but none better than `best`.
PointerFilter pointer_filter(FilterKind best = FilterKind::kAvx512) noexcept;

}  // namespace leak::hook
