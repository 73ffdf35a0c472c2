// Finds the file that a module was loaded from, proves by build-id that it is the same one, and opens it
// together with its separate debug information. Knows where such files live: the recorded path, --sysroot,
// --debug-dir, .gnu_debuglink, build-id directories, and debuginfod where DEBUGINFOD_URLS is set (all of the
// latter by libdwfl).
#pragma once

#include <elfutils/libdwfl.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "replay/heap_history.h"

namespace leak::scan {

struct SymbolOptions {
  std::vector<std::string> debug_dirs;
  std::string sysroot;
  std::uint64_t recorded_unix_ns = 0;  // when the recording began; 0: unknown
};

class ModuleBinary {
 public:
  // Never throws for a file that cannot be used: usable() is false then. warning() is a whole sentence, or
  // empty.
  ModuleBinary(const Module& module, const SymbolOptions& options);
  ModuleBinary(const ModuleBinary&) = delete;
  ModuleBinary& operator=(const ModuleBinary&) = delete;

  bool usable() const { return module_ != nullptr; }
  const std::string& warning() const { return warning_; }

  // Requires: usable(). Addresses of the module are those of the file's program headers.
  Dwfl_Module* module() const { return module_; }

 private:
  struct DwflEnd {
    void operator()(Dwfl* session) const noexcept { dwfl_end(session); }
  };

  std::optional<std::string> find_file(const Module& module, const SymbolOptions& options);
  std::optional<std::string> find_by_build_id(const Module& module);
  bool open_file(const std::string& path);
  static int find_debug_file(Dwfl_Module* module, void** user_data, const char* name, Dwarf_Addr base,
                             const char* file_name, const char* debuglink, GElf_Word crc, char** found_path);

  std::vector<std::string> debug_dirs_;
  std::vector<std::uint8_t> build_id_;  // as recorded; empty: unknown
  std::string search_path_;             // libdwfl's syntax, colon separated
  char* search_path_pointer_ = nullptr;
  Dwfl_Callbacks callbacks_{};
  std::unique_ptr<Dwfl, DwflEnd> session_;
  Dwfl_Module* module_ = nullptr;
  std::string warning_;
};

}  // namespace leak::scan
