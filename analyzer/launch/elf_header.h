// What the first pages of a program say about whether a library can be preloaded into it. Reads untrusted
// files: every offset is checked.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace leak::scan {

struct ElfHeader {
  bool is_64_bit = false;
  std::uint16_t machine = 0;  // EM_X86_64, ...
  std::string interpreter;    // empty: static
  std::vector<std::string> needed;
  std::vector<std::string> symbols_seen;  // of those asked for
};

// nullopt when `path` cannot be read or is no ELF file. `symbols`: names to look for in the dynamic symbol
// table, defined or not.
std::optional<ElfHeader> read_elf_header(const std::string& path, const std::vector<std::string>& symbols);

// EM_* number of the machine that we run on.
std::uint16_t own_machine();

}  // namespace leak::scan
