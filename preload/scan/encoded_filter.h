// Finds, in any memory, the words that may hold an encoded pointer into one range: a rough test for the
// second pass of the scan, many words at a time where the processor can.
#pragma once

#include <cstdint>

#include "scan/address_range.h"
#include "scan/pointer_filter.h"

namespace leak::hook {

// Requires: all addresses of the targets have the same upper half, which makes most tests one comparison with
// it.
struct EncodedQuery {
  AddressRange targets;
  std::uint64_t pointer_guard = 0;
  // Low halves are everyday numbers. Those of the targets have their bit set, at their granule of 16 bytes
  // modulo the number of bits: a power of two, start_words * 32.
  const std::uint32_t* starts = &kAnyStart;
  std::uint32_t start_words = 1;
  // And all of theirs are 0 in these bits.
  std::uint32_t alignment_mask = 0;

  static constexpr std::uint32_t kAnyStart = 0xffffffff;

  bool may_be_low_half(std::uint32_t low) const noexcept {
    return (low & alignment_mask) == 0 && (starts[low >> 9 & (start_words - 1)] >> (low >> 4 & 31) & 1) != 0;
  }
};

inline constexpr std::uint64_t kAddressMask = (std::uint64_t{1} << 48) - 1;
// Smaller self-relative distances are everyday numbers.
inline constexpr std::uint64_t kLeastDistance = 4096;
constexpr bool is_far(std::uint64_t distance) noexcept {
  return distance + kLeastDistance > 2 * kLeastDistance;  // either way
}
// A distance may also be one from the begin of its holder, if it stands no further inside.
inline constexpr std::uint64_t kMostInside = 256;

constexpr std::uint64_t unmangle(std::uint64_t value, std::uint64_t guard) noexcept {
  return (value >> 17 | value << 47) ^ guard;
}

// `address` is a multiple of 8 and `stop` is, or is `end`, up to which there is memory to read. Writes to
// `out`, in order, the words of [address, stop) that are worth a closer look with the 7 bytes after them;
// returns their number. `out` has room for all.
using EncodedFilter = std::size_t (*)(const EncodedQuery& query, std::uintptr_t address, std::uintptr_t stop,
                                      std::uintptr_t end, std::uintptr_t* out) noexcept;

// As pointer_filter(); wider vectors than those of AVX2 would not pay.
EncodedFilter encoded_filter(FilterKind best = FilterKind::kAvx2) noexcept;

}  // namespace leak::hook
