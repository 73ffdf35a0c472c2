// The frames of allocating stacks by name and module, looked up when somebody asks.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "replay/heap_history.h"
#include "symbols/symbolizer.h"

namespace leak::scan {

class StackNames {
 public:
  // Requires: both outlive this.
  StackNames(const HeapHistory& history, Symbolizer& symbolizer)
      : history_(history), symbolizer_(symbolizer) {}

  // Without the hook's own frames, leaf first.
  std::vector<PcId> frames(StackId stack) const;

  // The file that the code is in, without its folder; empty when unknown.
  std::string_view module_name(PcId pc) const;

  // Functions at `pc`, innermost inlined one first.
  const std::vector<std::string>& functions(PcId pc);

 private:
  const Module* module_of(PcId pc) const;

  const HeapHistory& history_;
  Symbolizer& symbolizer_;
  std::unordered_map<PcId, std::vector<std::string>> functions_;
};

}  // namespace leak::scan
