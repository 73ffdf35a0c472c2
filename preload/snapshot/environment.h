// What the machine allows.
#pragma once

namespace leak::hook {

// A system-call filter that answers ptrace with death would, before Linux 5.16, kill not only our helper but every
// process that shares its memory. False: that may happen here.
bool tracing_is_safe() noexcept;

// Where the Yama module lets a process be traced only by its ancestors, the process itself may name one other.
void allow_tracer(int pid) noexcept;

}  // namespace leak::hook
