// Small questions about texts, asked in many places.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace leak::scan {

// What follows the last slash; the whole path if there is none.
inline std::string_view base_name(std::string_view path) { return path.substr(path.rfind('/') + 1); }

std::string hex_text(std::uint64_t number);  // 0x7f12

template <std::size_t Count>
bool starts_with_any(std::string_view text, const std::array<std::string_view, Count>& prefixes) {
  return std::any_of(prefixes.begin(), prefixes.end(),
                     [text](std::string_view prefix) { return text.starts_with(prefix); });
}

}  // namespace leak::scan
