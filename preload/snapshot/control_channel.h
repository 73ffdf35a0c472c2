// Commands of `leakscan snapshot`, through the journal: leakscan finds it among the process's mappings and writes into
// its first page (trace_format/control.h). No ptrace, no signal, no socket; the writer thread looks every now and then.
#pragma once

#include "sys/text.h"
#include "trace_format/control.h"

namespace leak::hook {

// Writer thread only. `control` is the block in the journal, nullptr when there is none.
class ControlChannel {
 public:
  struct Command {
    trace::ControlCommand kind = trace::ControlCommand::kNone;
    const char* label = "";
  };

  // A command that has come since the last one was finished.
  Command poll(trace::JournalControl* control) noexcept;
  void finish(trace::JournalControl* control, trace::ControlResult result) noexcept;
  // What was begun has been done.
  void finish_if_begun(trace::JournalControl* control) noexcept {
    if (begun_ != 0) finish(control, trace::ControlResult::kDone);
  }

 private:
  std::uint32_t begun_ = 0;  // the number of the command in hand, 0: none
  sys::Text<trace::kControlLabelBytes + 1> label_;
};

}  // namespace leak::hook
