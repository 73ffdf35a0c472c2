// The function symbols of one module, sorted once, looked up by address: what names a frame when there is no
// DWARF. Reads .symtab (of the file or of its debug file), .gnu_debugdata and .dynsym through libdwfl.
#pragma once

#include <elfutils/libdwfl.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace leak::scan {

class ElfSymbolTable {
 public:
  explicit ElfSymbolTable(Dwfl_Module* module);

  struct Hit {
    const char* name = nullptr;  // linker name, owned by the module
    std::uint64_t offset = 0;    // from the symbol's start
  };

  // The symbol that covers `address` (of the file's program headers).
  std::optional<Hit> find(std::uint64_t address) const;

 private:
  struct Symbol {
    std::uint64_t start = 0;
    std::uint64_t end = 0;
    std::uint64_t furthest_end = 0;  // of this and all symbols before: bounds the search backwards
    const char* name = nullptr;
    int rank = 0;
  };

  void sort_and_close_gaps();

  std::vector<Symbol> symbols_;
};

}  // namespace leak::scan
