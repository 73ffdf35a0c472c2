// Signal actions without the C library: its own are not for threads that it does not know, and a program may have
// put others in their place.
#pragma once

#include <csignal>
#include <cstdint>

#include "sys/syscalls.h"

namespace leak::hook {

using SignalHandler = void (*)(int signal, siginfo_t* info, void* context);

// The kernel's struct sigaction.
struct KernelAction {
  SignalHandler handler;
  unsigned long flags;
  void (*restorer)();
  std::uint64_t mask;
};

// Calls `handler` with all signals blocked, on the alternate stack if there is one; system calls go on where they can.
KernelAction action_of(SignalHandler handler) noexcept;
KernelAction default_action() noexcept;
KernelAction ignoring_action() noexcept;

inline long set_action(int signal, const KernelAction* action, KernelAction* before) noexcept {
  return sys::raw_syscall(SYS_rt_sigaction, signal, sys::as_arg(action), sys::as_arg(before), sizeof(std::uint64_t));
}

inline bool has_default_action(int signal) noexcept {
  KernelAction current{};
  return set_action(signal, nullptr, &current) == 0 && current.handler == nullptr;
}

}  // namespace leak::hook
