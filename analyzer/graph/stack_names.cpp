#include "graph/stack_names.h"

#include <utility>

#include "base/text.h"

namespace leak::scan {

const Module* StackNames::module_of(PcId pc) const {
  if (pc.index() >= history_.pcs.size()) return nullptr;
  const ModuleId module = history_.pcs[pc.index()].module;
  const bool known = module.value != 0 && module.index() <= history_.modules.size();
  return known ? &history_.modules[module.index() - 1] : nullptr;
}

std::string_view StackNames::module_name(PcId pc) const {
  const Module* module = module_of(pc);
  if (module == nullptr) return {};
  return base_name(module->path);
}

std::vector<PcId> StackNames::frames(StackId stack) const {
  std::vector<PcId> frames = history_.stacks.frames(stack);
  std::erase_if(frames, [this](PcId pc) { return module_name(pc).starts_with("libleakhook"); });
  return frames;
}

const std::vector<std::string>& StackNames::functions(PcId pc) {
  const auto [known, is_new] = functions_.try_emplace(pc);
  if (is_new && pc.value != 0 && pc.index() < history_.pcs.size()) {
    for (SourceFrame& frame : symbolizer_.frames_at(history_.pcs[pc.index()], module_of(pc))) {
      known->second.push_back(std::move(frame.function));
    }
  }
  return known->second;
}

}  // namespace leak::scan
