// Variable-length integers of the trace format: LEB128 (7 bits a byte, low group first, high bit =
// "more follows") and zigzag for signed values. Pure, no I/O, no allocation: the hook and the analyzer
// share it.
#pragma once

#include <cstddef>
#include <cstdint>

namespace leak::trace {

inline constexpr std::size_t kMaxVarintBytes = 10;

// Writes `value` at `out` (room for kMaxVarintBytes) and returns the end. 300 -> ac 02.
inline std::uint8_t* put_varint(std::uint8_t* out, std::uint64_t value) noexcept {
  while (value >= 0x80) {
    *out++ = static_cast<std::uint8_t>(value | 0x80);
    value >>= 7;
  }
  *out++ = static_cast<std::uint8_t>(value);
  return out;
}

// Reads one integer from [cursor, end) and moves `cursor` past it. Returns false, leaving `cursor`
// untouched, when the bytes end early or describe more than 64 bits.
inline bool get_varint(const std::uint8_t*& cursor, const std::uint8_t* end,
                       std::uint64_t& value) noexcept {
  if (cursor != end && *cursor < 0x80) {  // most values of a trace take one byte
    value = *cursor++;
    return true;
  }
  std::uint64_t result = 0;
  unsigned shift = 0;
  for (const std::uint8_t* p = cursor; p != end && shift < 64; ++p, shift += 7) {
    const std::uint64_t group = *p & 0x7fU;
    if (shift == 63 && group > 1) return false;
    result |= group << shift;
    if ((*p & 0x80U) == 0) {
      value = result;
      cursor = p + 1;
      return true;
    }
  }
  return false;
}

// 0, -1, 1, -2, ... -> 0, 1, 2, 3, ...: small magnitudes become short varints.
constexpr std::uint64_t zigzag(std::int64_t value) noexcept {
  return (static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63);
}

constexpr std::int64_t unzigzag(std::uint64_t value) noexcept {
  return static_cast<std::int64_t>(value >> 1) ^ -static_cast<std::int64_t>(value & 1);
}

// Difference of two unsigned values as a signed one, wrapping: exact for any pair.
constexpr std::int64_t wrapping_difference(std::uint64_t a, std::uint64_t b) noexcept {
  return static_cast<std::int64_t>(a - b);
}

}  // namespace leak::trace
