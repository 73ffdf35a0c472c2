#include "snapshot/kernel_signal.h"

namespace leak::hook {

namespace {

#if defined(__x86_64__)
extern "C" __attribute__((visibility("hidden"))) void leakhook_signal_return();
__asm__(
    ".text\n.hidden leakhook_signal_return\n.globl leakhook_signal_return\n"
    ".type leakhook_signal_return, @function\nleakhook_signal_return:\n"
    "mov $15, %eax\nsyscall\n.size leakhook_signal_return, .-leakhook_signal_return\n");
constexpr unsigned long kRestorerFlag = 0x04000000;  // SA_RESTORER: the kernel wants the way back from us
void (*const kRestorer)() = leakhook_signal_return;
#else
constexpr unsigned long kRestorerFlag = 0;
void (*const kRestorer)() = nullptr;
#endif

}  // namespace

KernelAction action_of(SignalHandler handler) noexcept {
  return {handler, SA_SIGINFO | SA_ONSTACK | SA_RESTART | kRestorerFlag, kRestorer, ~std::uint64_t{0}};
}

KernelAction default_action() noexcept { return {nullptr, kRestorerFlag, kRestorer, 0}; }

KernelAction ignoring_action() noexcept {
  KernelAction action = default_action();
  action.handler = reinterpret_cast<SignalHandler>(1);  // SIG_IGN
  return action;
}

}  // namespace leak::hook
