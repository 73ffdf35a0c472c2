// The segments of an ELF file: what the loader maps, and tables that it knows of.
#pragma once

#include <gelf.h>

#include <cstddef>
#include <optional>

namespace leak::scan {

// The first program header for which is_wanted(header).
template <class Predicate>
std::optional<GElf_Phdr> find_segment(Elf* elf, Predicate&& is_wanted) {
  std::size_t count = 0;
  if (elf == nullptr || elf_getphdrnum(elf, &count) != 0) return std::nullopt;
  for (std::size_t i = 0; i != count; ++i) {
    GElf_Phdr segment{};
    if (gelf_getphdr(elf, static_cast<int>(i), &segment) != nullptr && is_wanted(segment)) return segment;
  }
  return std::nullopt;
}

inline std::optional<GElf_Phdr> segment_of_type(Elf* elf, GElf_Word type) {
  return find_segment(elf, [type](const GElf_Phdr& segment) { return segment.p_type == type; });
}

}  // namespace leak::scan
