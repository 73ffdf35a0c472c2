// Many varints of one column at once. Finding where each integer ends and putting it together are two steps:
// the ends of 64 bytes come from their high bits alone, so no integer waits for the length of the one before
// it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "trace_format/varint.h"

namespace leak::scan {

// Bit i: byte i of the 64 at `bytes` is the last of an integer.
inline std::uint64_t varint_ends(const std::uint8_t* bytes) {
  std::uint64_t ends = 0;
  for (unsigned i = 0; i != 8; ++i) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes + std::size_t{8} * i, sizeof word);
    const std::uint64_t low_bits = (~word & 0x8080808080808080) >> 7;
    ends |= (low_bits * 0x0102040810204080 >> 56) << 8 * i;  // gathers bit 0 of each byte into one byte
  }
  return ends;
}

// Reads `count` integers and moves `cursor` past them; false when they are not all there, with `cursor` and
// `out` anywhere. Reads nothing at or behind `end`.
inline bool get_varints(const std::uint8_t*& cursor, const std::uint8_t* end, std::uint64_t* out,
                        std::size_t count) {
  constexpr std::ptrdiff_t kWindow = 64;
  std::size_t i = 0;
  while (i != count && end - cursor >= kWindow + 8) {
    std::uint64_t ends = varint_ends(cursor);
    if (ends == ~std::uint64_t{0} && count - i >= kWindow) {
      for (std::size_t n = 0; n != kWindow; ++n) out[i + n] = cursor[n];
      i += kWindow;
      cursor += kWindow;
      continue;
    }
    const std::uint8_t* start = cursor;
    for (; ends != 0 && i != count; ends &= ends - 1) {
      const std::uint8_t* const next = cursor + __builtin_ctzll(ends) + 1;
      const std::ptrdiff_t length = next - start;
      if (length > 8) [[unlikely]] {
        if (!trace::get_varint_bytewise(start, end, out[i++])) return false;
        continue;
      }
      std::uint64_t word = 0;
      std::memcpy(&word, start, sizeof word);
      word &= ~std::uint64_t{0} >> (64 - 8 * length);
      out[i++] = trace::join_varint_groups(word);
      start = next;
    }
    if (start == cursor) return false;  // longer than any integer
    cursor = start;
  }
  for (; i != count; ++i) {
    if (!trace::get_varint(cursor, end, out[i])) return false;
  }
  return true;
}

}  // namespace leak::scan
