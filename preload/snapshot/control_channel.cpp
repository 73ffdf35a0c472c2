#include "snapshot/control_channel.h"

namespace leak::hook {

ControlChannel::Command ControlChannel::poll(trace::JournalControl* control) noexcept {
  if (control == nullptr || begun_ != 0) return {};
  const std::uint32_t number = control->request.load(std::memory_order_acquire);  // pairs with leakscan
  if (number == control->answered.load(std::memory_order_relaxed)) return {};
  begun_ = number;
  // Another process writes these bytes: take them once, and believe nothing.
  label_.clear();
  label_.add(control->label, strnlen(control->label, trace::kControlLabelBytes));
  const std::uint32_t command = control->command.load(std::memory_order_relaxed);
  if (command != static_cast<std::uint32_t>(trace::ControlCommand::kMark) &&
      command != static_cast<std::uint32_t>(trace::ControlCommand::kGraph)) {
    finish(control, trace::ControlResult::kUnknownCommand);
    return {};
  }
  return {static_cast<trace::ControlCommand>(command), label_.c_str()};
}

void ControlChannel::finish(trace::JournalControl* control, trace::ControlResult result) noexcept {
  if (control != nullptr) {
    control->result.store(static_cast<std::uint32_t>(result), std::memory_order_relaxed);
    control->answered.store(begun_, std::memory_order_release);
  }
  begun_ = 0;
}

}  // namespace leak::hook
