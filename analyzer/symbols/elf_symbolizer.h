// The symbolizer for real processes: ELF and DWARF by elfutils. Each module file is opened when the first
// address in it is asked for, and indexed once.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "symbols/module_binary.h"
#include "symbols/symbolizer.h"

namespace leak::scan {

class ElfSymbolizer final : public Symbolizer {
 public:
  explicit ElfSymbolizer(SymbolOptions options);
  ~ElfSymbolizer() override;

  std::vector<SourceFrame> frames_at(const ProgramCounter& pc, const Module* module) override;
  std::optional<DataSymbol> data_at(std::uint64_t address, const Module& module) override;
  std::optional<DataSymbol> thread_local_at(std::uint64_t distance, const Module& program) override;
  const std::vector<std::string>& warnings() const override { return warnings_; }

 private:
  struct OpenModule;
  OpenModule& open(const Module& module);
  OpenModule* open_with_data(const Module& module);

  SymbolOptions options_;
  std::unordered_map<std::string, std::unique_ptr<OpenModule>> modules_;  // by path and build-id
  std::vector<std::string> warnings_;
};

}  // namespace leak::scan
