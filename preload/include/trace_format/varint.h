// Variable-length integers of the trace format: LEB128 (7 bits a byte, low group first, high bit =
// "more follows") and zigzag for signed values. Pure, no I/O, no allocation: the hook and the analyzer
// share it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

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

// The same bytes without a branch on the length of short ones: where lengths vary at random, a mispredicted branch
// costs more than all the arithmetic. Writes 4 bytes, of which only the integer's count.
inline std::uint8_t* put_varint_branchless(std::uint8_t* out, std::uint64_t value) noexcept {
  if (value >> 28 != 0) [[unlikely]] return put_varint(out, value);
  const std::uint32_t word = static_cast<std::uint32_t>(value);
  // Groups move apart by adding what they are to grow by: x + x = 2 x, x + 3 x = 4 x.
  const std::uint32_t halves = word + (word & 0xfffc000U) * 3;
  const std::uint32_t groups = halves + (halves & 0x3f803f80U);
  const unsigned unused_bits = static_cast<unsigned>(__builtin_clz(groups | 1U)) & 24;
  const std::uint32_t bytes = groups | 0x808080U >> unused_bits;  // all but the last say that more follows
  static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__);
  std::memcpy(out, &bytes, sizeof(bytes));
  return out + 4 - unused_bits / 8;
}

// The same for integers that rarely need more than two bytes. Writes at least 2 bytes.
inline std::uint8_t* put_short_varint(std::uint8_t* out, std::uint64_t value) noexcept {
  if (value >> 14 != 0) [[unlikely]] return put_varint_branchless(out, value);
  const std::uint32_t word = static_cast<std::uint32_t>(value);
  const std::uint32_t more = word >= 1U << 7 ? 1U : 0U;
  const std::uint16_t bytes = static_cast<std::uint16_t>((word + (word & 0x3f80U)) | more << 7);
  std::memcpy(out, &bytes, sizeof(bytes));
  return out + more + 1;
}

// Reads one integer from [cursor, end) and moves `cursor` past it. Returns false, leaving `cursor`
// untouched, when the bytes end early or describe more than 64 bits.
inline bool get_varint_bytewise(const std::uint8_t*& cursor, const std::uint8_t* end, std::uint64_t& value) noexcept {
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

// The 7-bit groups of an integer of up to 8 bytes, one in each byte of `word`, with the gaps closed.
constexpr std::uint64_t join_varint_groups(std::uint64_t word) noexcept {
  word &= 0x7f7f7f7f7f7f7f7f;
  word = (word & 0x007f007f007f007f) | (word & 0x7f007f007f007f00) >> 1;
  word = (word & 0x00003fff00003fff) | (word & 0x3fff00003fff0000) >> 2;
  return (word & 0x000000000fffffff) | (word & 0x0fffffff00000000) >> 4;
}

// As get_varint_bytewise, without a branch for each byte where 8 bytes can be read at once: lengths vary at random, and a
// mispredicted branch costs more than all the arithmetic.
inline bool get_varint(const std::uint8_t*& cursor, const std::uint8_t* end, std::uint64_t& value) noexcept {
  if (end - cursor < 8) [[unlikely]] return get_varint_bytewise(cursor, end, value);
  std::uint64_t word = 0;
  std::memcpy(&word, cursor, sizeof word);
  const std::uint64_t stops = ~word & 0x8080808080808080;  // the high bit of the last byte is clear
  if (stops == 0) [[unlikely]] return get_varint_bytewise(cursor, end, value);
  cursor += static_cast<unsigned>(__builtin_ctzll(stops) + 1) / 8;
  value = join_varint_groups(word & (stops ^ (stops - 1)));  // up to that byte
  return true;
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
