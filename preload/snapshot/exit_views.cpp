#include "snapshot/exit_views.h"

#include <atomic>
#include <cstring>

#include "buffer/live.h"
#include "buffer/recording.h"
#include "live_set/live_set.h"
#include "record/hook_scope.h"
#include "snapshot/request.h"
#include "snapshot/scan_settings.h"
#include "sys/syscalls.h"

namespace leak::hook {

namespace {

constinit bool g_at_exit = false;
constinit bool g_at_immediate_exit = false;

// What the first view saw, for the second.
struct FirstView {
  std::atomic<bool> begun{false};
  bool taken = false;
  int tid = 0;
  std::uintptr_t stack_pointer = 0;
  bool has_registers = false;
  std::uint64_t registers[kCalleeSavedRegisters] = {};
  std::uint64_t digest = 0;
};
constinit FirstView g_first;

// Changes, all but certainly, when any block comes or goes.
std::uint64_t digest_of_live_set() noexcept {
  std::uint64_t digest = 0;
  g_live_set.for_each([&digest](std::uintptr_t block) {
    digest = (digest ^ block) * 0x9e3779b97f4a7c15;
    digest ^= digest >> 29;
  });
  return digest;
}

bool can_take() noexcept {
  return g_live_set.enabled() && (live_state() == Live::kRecording || live_state() == Live::kPaused) &&
         g_recording.pid == sys::getpid();  // a child of vfork runs on its parent's recording
}

bool ask(trace::GraphTrigger trigger, const char* label, std::uintptr_t stack_pointer,
         const std::uint64_t* saved) noexcept {
  GraphRequest request;
  request.trigger = trigger;
  request.label = label;
  request.at_exit = trigger == trace::GraphTrigger::kExit || trigger == trace::GraphTrigger::kAfterExit;
  request.requester = context_of_caller(stack_pointer, saved);
  return ask_for_graph(request);
}

std::uintptr_t own_frame() noexcept { return reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0)); }

}  // namespace

void choose_exit_views(const ScanSettings& settings) noexcept {
  g_at_exit = settings.enabled && settings.at_exit;
  g_at_immediate_exit = settings.enabled && settings.at_immediate_exit;
}

bool wants_exit_views() noexcept { return g_at_exit; }

[[gnu::noinline]] void take_first_exit_view(std::uintptr_t stack_pointer, const std::uint64_t* saved) noexcept {
  if (!g_at_exit || !can_take()) return;
  const HookScope scope(LEAKHOOK_FRAME());
  if (scope.nested() || g_first.begun.exchange(true, std::memory_order_relaxed)) return;
  g_first.tid = sys::gettid();
  g_first.stack_pointer = stack_pointer;
  g_first.has_registers = saved != nullptr;
  if (saved != nullptr) std::memcpy(g_first.registers, saved, sizeof(g_first.registers));
  g_first.digest = digest_of_live_set();
  g_first.taken = ask(trace::GraphTrigger::kExit, "", stack_pointer, saved);
}

[[gnu::noinline]] void take_last_exit_view() noexcept {
  if (!g_at_exit || !can_take()) return;
  const HookScope scope(LEAKHOOK_FRAME());
  if (scope.nested()) return;
  if (g_first.taken && g_first.digest == digest_of_live_set()) return;
  // The frames above where the first view began are as they were, if this is the same thread.
  const bool same = g_first.taken && g_first.tid == sys::gettid();
  ask(trace::GraphTrigger::kAfterExit, "", same ? g_first.stack_pointer : own_frame(),
      same && g_first.has_registers ? g_first.registers : nullptr);
}

[[gnu::noinline]] void take_immediate_exit_view(std::uintptr_t stack_pointer) noexcept {
  if (!g_at_immediate_exit || !can_take()) return;
  const HookScope scope(LEAKHOOK_FRAME());
  if (!scope.nested()) ask(trace::GraphTrigger::kExit, "", stack_pointer, nullptr);
}

bool take_labelled_view(const char* label, std::uintptr_t stack_pointer, const std::uint64_t* saved) noexcept {
  if (!can_take()) return false;
  return ask(trace::GraphTrigger::kApi, label == nullptr ? "" : label, stack_pointer, saved);
}

}  // namespace leak::hook
