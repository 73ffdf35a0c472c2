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
  std::optional<Hit> find(std::uint64_t address) const { return find(variables_, address); }
  // The thread-local variable at so many bytes from the begin of the module's.
  std::optional<Hit> find_thread_local(std::uint64_t place) const { return find(thread_locals_, place); }
  // Of all the module's thread-local variables, aligned: they end at the thread pointer, of the program
  // itself.
  std::uint64_t thread_local_bytes() const { return thread_local_bytes_; }

 private:
  struct Variable {
    std::uint64_t start = 0;
    std::uint64_t size = 0;
    const char* name = nullptr;
    const char* file = nullptr;
    bool is_local = false;
  };

  static void sort(std::vector<Variable>& variables);
  static std::optional<Hit> find(const std::vector<Variable>& variables, std::uint64_t address);

  std::vector<Variable> variables_;      // by start, one for each
  std::vector<Variable> thread_locals_;  // likewise
  std::uint64_t thread_local_bytes_ = 0;
};

}  // namespace leak::scan
