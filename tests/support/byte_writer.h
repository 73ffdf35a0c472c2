// Appends plain structs to bytes: what all parts of the TraceBuilder write with.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

namespace leak::test {

template <class T>
void put(std::vector<std::uint8_t>& out, const T& value) {
  const auto* const bytes = reinterpret_cast<const std::uint8_t*>(&value);
  out.insert(out.end(), bytes, bytes + sizeof value);
}

template <class T>
void put_at(std::vector<std::uint8_t>& out, std::size_t offset, const T& value) {
  std::memcpy(out.data() + offset, &value, sizeof value);
}

}  // namespace leak::test
