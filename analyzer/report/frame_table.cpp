#include "report/frame_table.h"

#include <utility>

#include "report/system_frames.h"
#include "trace_format/record.h"

namespace leak::scan {

void FrameTable::begin_process(const HeapHistory& history) {
  history_ = &history;
  by_pc_.clear();
}

FrameId FrameTable::intern(ReportFrame frame) {
  Key key(frame.address, frame.module, frame.function, frame.file, frame.line, frame.inlined);
  const auto [entry, is_new] =
      ids_.try_emplace(std::move(key), FrameId(static_cast<std::uint32_t>(frames_.size())));
  if (is_new) {
    frame.system = is_system_frame(frame);
    frames_.push_back(std::move(frame));
  }
  return entry->second;
}

const std::vector<FrameId>& FrameTable::frames_of(PcId pc) {
  const auto [entry, is_new] = by_pc_.try_emplace(pc);
  std::vector<FrameId>& ids = entry->second;
  if (!is_new) return ids;
  if (pc.value == trace::kTruncatedPc || pc.index() >= history_->pcs.size()) {
    ReportFrame cut;
    cut.function = "[stack cut off]";
    ids.push_back(intern(std::move(cut)));
    return ids;
  }
  const ProgramCounter& counter = history_->pcs[pc.index()];
  const bool known = counter.module.value != 0 && counter.module.index() <= history_->modules.size();
  const Module* module = known ? &history_->modules[counter.module.index() - 1] : nullptr;
  for (SourceFrame& source : symbolizer_.frames_at(counter, module)) {
    ReportFrame frame;
    frame.function = std::move(source.function);
    frame.file = std::move(source.file);
    frame.line = source.line;
    frame.module = module == nullptr ? std::string() : module->path;
    frame.address = counter.address;
    frame.inlined = source.inlined;
    ids.push_back(intern(std::move(frame)));
  }
  return ids;
}

std::vector<FrameId> FrameTable::stack(StackId id) {
  std::vector<FrameId> stack;
  for (const PcId pc : history_->stacks.frames(id)) {
    for (const FrameId frame : frames_of(pc)) {
      if (!is_hook_module(frames_[frame.index()].module)) stack.push_back(frame);
    }
  }
  return stack;
}

std::optional<FrameId> FrameTable::blamed(const std::vector<FrameId>& stack) const {
  for (const FrameId frame : stack) {
    if (is_to_blame(frames_[frame.index()])) return frame;
  }
  return std::nullopt;
}

}  // namespace leak::scan
