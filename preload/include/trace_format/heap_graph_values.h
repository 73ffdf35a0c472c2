// The values that items of a heap graph consist of (heap_graph_codec.h), put and get side by side:
// differences, texts, places inside a node. Pure; get reads only between `at` and `end`, and returns false on
// bytes that no encoder wrote.
#pragma once

#include <cstring>

#include "trace_format/heap_graph.h"
#include "trace_format/varint.h"

namespace leak::trace::graph_codec {

inline std::uint8_t* put_difference(std::uint8_t* out, std::uint64_t value, std::uint64_t previous) noexcept {
  return put_varint_branchless(out, zigzag(wrapping_difference(value, previous)));
}

// Index differences are taken in 64 bits, so a hostile one shows as a value beyond 32.
inline bool get_index(const std::uint8_t*& at, const std::uint8_t* end, std::uint32_t previous,
                      std::uint32_t& value) noexcept {
  std::uint64_t coded = 0;
  if (!get_varint(at, end, coded)) return false;
  const std::uint64_t sum = previous + static_cast<std::uint64_t>(unzigzag(coded));
  if (sum > 0xffffffff) return false;
  value = static_cast<std::uint32_t>(sum);
  return true;
}

inline bool get_difference(const std::uint8_t*& at, const std::uint8_t* end, std::uint64_t previous,
                           std::uint64_t& value) noexcept {
  std::uint64_t coded = 0;
  if (!get_varint(at, end, coded)) return false;
  value = previous + static_cast<std::uint64_t>(unzigzag(coded));
  return true;
}

inline bool get_u32(const std::uint8_t*& at, const std::uint8_t* end, std::uint32_t& value) noexcept {
  std::uint64_t wide = 0;
  if (!get_varint(at, end, wide) || wide > 0xffffffff) return false;
  value = static_cast<std::uint32_t>(wide);
  return true;
}

inline bool get_byte(const std::uint8_t*& at, const std::uint8_t* end, std::uint8_t& value) noexcept {
  if (at == end) return false;
  value = *at++;
  return true;
}

inline std::uint8_t* put_text(std::uint8_t* out, const GraphText& text) noexcept {
  const std::size_t size = text.size < kGraphMaxText ? text.size : kGraphMaxText;
  out = put_varint(out, size);
  std::memcpy(out, text.bytes, size);
  return out + size;
}

inline bool get_text(const std::uint8_t*& at, const std::uint8_t* end, GraphText& text) noexcept {
  std::uint64_t size = 0;
  if (!get_varint(at, end, size) || size > kGraphMaxText) return false;
  if (size > static_cast<std::uint64_t>(end - at)) return false;
  text = {reinterpret_cast<const char*>(at), static_cast<std::size_t>(size)};
  at += size;
  return true;
}

inline std::uint8_t* put_interior(std::uint8_t* out, std::uint64_t offset, InteriorHint hint) noexcept {
  return put_varint_branchless(out, offset << 2 | static_cast<std::uint64_t>(hint));
}

inline bool get_interior(const std::uint8_t*& at, const std::uint8_t* end, std::uint64_t& offset,
                         InteriorHint& hint) noexcept {
  std::uint64_t coded = 0;
  if (!get_varint(at, end, coded) || (coded & 3) > 2) return false;
  offset = coded >> 2;
  hint = static_cast<InteriorHint>(coded & 3);
  return true;
}

inline bool get_form(const std::uint8_t*& at, const std::uint8_t* end, PointerForm& form) noexcept {
  std::uint8_t coded = 0;
  if (!get_byte(at, end, coded) || coded >= kPointerForms) return false;
  form = static_cast<PointerForm>(coded);
  return true;
}

}  // namespace leak::trace::graph_codec
