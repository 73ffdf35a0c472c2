// The frames of a report, each once, and the stacks made of them. Only addresses that a shown stack contains
// are ever given to the symbolizer, and each only once.
#pragma once

#include <map>
#include <string>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "report/report_model.h"
#include "symbols/symbolizer.h"

namespace leak::scan {

class FrameTable {
 public:
  // Requires: `symbolizer` outlives this.
  explicit FrameTable(Symbolizer& symbolizer) : symbolizer_(symbolizer) {}

  // From here on stacks are those of `history`, which must stay alive until the next call.
  void begin_process(const HeapHistory& history);

  // Leaf first, inlined calls expanded, the hook's own frames left out.
  std::vector<FrameId> stack(StackId id);

  // The first frame of `stack` that is not the runtime's.
  std::optional<FrameId> blamed(const std::vector<FrameId>& stack) const;

  const std::vector<ReportFrame>& frames() const { return frames_; }
  std::vector<ReportFrame> take_frames() && { return std::move(frames_); }

 private:
  const std::vector<FrameId>& frames_of(PcId pc);
  FrameId intern(ReportFrame frame);

  // What makes two frames one; the same code in two processes has two addresses only if it was loaded twice.
  using Key = std::tuple<std::uint64_t, std::string, std::string, std::string, std::uint32_t, bool>;

  Symbolizer& symbolizer_;
  const HeapHistory* history_ = nullptr;
  std::unordered_map<PcId, std::vector<FrameId>> by_pc_;  // of the current process
  std::map<Key, FrameId> ids_;
  std::vector<ReportFrame> frames_;
};

}  // namespace leak::scan
