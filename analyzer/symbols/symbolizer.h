// Program counters to source frames. The interface that report/ uses; elf_symbolizer.h is the real thing.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "replay/heap_history.h"

namespace leak::scan {

struct SourceFrame {
  std::string function;  // demangled; never empty (see ReportFrame::function)
  std::string file;      // empty when unknown
  std::uint32_t line = 0;
  bool inlined = false;
};

// A variable, or a table of the compiler's such as a vtable.
struct DataSymbol {
  std::string name;  // demangled
  std::string linker_name;
  std::string file;          // where it is defined, as far as the symbols tell; empty when unknown
  std::uint64_t offset = 0;  // of the address asked for
  std::uint64_t size = 0;
};

class Symbolizer {
 public:
  virtual ~Symbolizer() = default;

  // The frames at `pc`, innermost inlined function first; at least one. `module` is nullptr when unknown.
  // Not thread-safe. Problems (file gone, build-id differs) end up in warnings().
  virtual std::vector<SourceFrame> frames_at(const ProgramCounter& pc, const Module* module) = 0;

  // The variable that covers `address` of the process.
  virtual std::optional<DataSymbol> data_at(std::uint64_t address, const Module& module) = 0;

  // The thread-local variable of the program itself that covers the byte so far below a thread's pointer. The
  // ABI of x86-64 puts the program's own there, before those of its libraries.
  virtual std::optional<DataSymbol> thread_local_at(std::uint64_t distance, const Module& program) = 0;

  // Whole sentences, each once, in the order they came up.
  virtual const std::vector<std::string>& warnings() const = 0;
};

}  // namespace leak::scan
