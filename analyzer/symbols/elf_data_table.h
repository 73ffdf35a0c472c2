// The variables of one module, sorted once, looked up by address: what names a root.
#pragma once

#include <elfutils/libdwfl.h>

#include <cstdint>
#include <optional>
#include <vector>

namespace leak::scan {

class ElfDataTable {
 public:
  explicit ElfDataTable(Dwfl_Module* module);

  struct Hit {
    const char* name = nullptr;  // linker name, owned by the module
    const char* file = nullptr;  // source file of a local variable; nullptr when unknown
    std::uint64_t offset = 0;
    std::uint64_t size = 0;
  };

  // The variable that covers `address` (of the file's program headers).
  std::optional<Hit> find(std::uint64_t address) const;

 private:
  struct Variable {
    std::uint64_t start = 0;
    std::uint64_t size = 0;
    const char* name = nullptr;
    const char* file = nullptr;
    bool is_local = false;
  };

  std::vector<Variable> variables_;  // by start, one for each
};

}  // namespace leak::scan
