#include "unit/record/stack_checker.h"

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstring>

#include "record/stack_capture.h"
#include "record/stack_verify.h"
#include "sys/pages.h"
#include "trace_format/record.h"
#include "unit/record/fake_pc_table.h"

namespace leak::test {
namespace {

using hook::StackCheck;

// What a reader of the trace would think that the stack is; leaf last.
struct Thread {
  hook::StackCapture* capture;
  std::uint32_t depth;
  std::uint32_t ids[hook::kMaxCapturedFrames];
};
thread_local Thread* t_thread = nullptr;
thread_local volatile bool t_busy = false;

std::atomic<std::uint64_t> g_verdicts[5];
std::atomic<std::uint64_t> g_bad_deltas, g_frames, g_pushed;
std::atomic<Thread*> g_released{nullptr};
char g_complaint[300];
std::atomic<bool> g_complained{false};

Thread& this_thread() {
  if (t_thread == nullptr) t_thread = g_released.exchange(nullptr);
  if (t_thread == nullptr) {
    t_thread = static_cast<Thread*>(sys::map_pages(sizeof(Thread)));
    t_thread->capture = static_cast<hook::StackCapture*>(sys::map_pages(hook::stack_capture_bytes()));
  }
  return *t_thread;
}

template <class... Arguments>
void complain(const char* format, Arguments... arguments) {
  if (!g_complained.exchange(true)) std::snprintf(g_complaint, sizeof(g_complaint), format, arguments...);
}

bool apply(Thread& thread, const hook::StackDelta& delta) {
  if (delta.keep > thread.depth || delta.keep + delta.push > hook::kMaxCapturedFrames) return false;
  for (std::uint32_t i = 0; i != delta.push; ++i)
    thread.ids[delta.keep + i] = delta.pc_ids[delta.push - 1 - i];
  thread.depth = delta.keep + delta.push;
  const hook::StackDelta whole = whole_stack(*thread.capture);
  if (whole.keep != 0 || whole.push != thread.depth) return false;
  for (std::uint32_t i = 0; i != whole.push; ++i) {
    if (whole.pc_ids[i] != thread.ids[thread.depth - 1 - i]) return false;
  }
  return true;
}

void take(const hook::CaptureStart& start, bool check) {
  Thread& thread = this_thread();
  const hook::StackDelta delta = capture_stack(*thread.capture, start);
  g_pushed += delta.push;
  g_frames += delta.keep + delta.push;
  if (!apply(thread, delta)) {
    ++g_bad_deltas;
    complain("delta keep %u push %u does not give the stack", delta.keep, delta.push);
  }
  if (!check) return;
  const hook::StackVerdict verdict = verify_stack(*thread.capture, start);
  ++g_verdicts[static_cast<int>(verdict.check)];
  if (verdict.check == StackCheck::kMismatch || verdict.check == StackCheck::kRefereeGaveUp) {
    complain("frame %u of %u: ours %lx, libunwind's %lx (verdict %d)", verdict.frame, thread.depth,
             static_cast<unsigned long>(verdict.ours), static_cast<unsigned long>(verdict.theirs),
             static_cast<int>(verdict.check));
  }
}

}  // namespace

bool prepare_checker() {
  hook::prepare_stack_capture();
  return hook::prepare_stack_verification();
}

[[gnu::noinline]] void checkpoint() {
  if (t_busy) return;
  t_busy = true;
  take(LEAKHOOK_FRAME().caller(), true);
  t_busy = false;
}

[[gnu::noinline]] void capture_unchecked() {
  if (t_busy) return;
  t_busy = true;
  take(LEAKHOOK_FRAME().caller(), false);
  t_busy = false;
}

std::uint32_t last_depth() { return this_thread().depth; }
bool last_is_truncated() { return this_thread().depth != 0 && this_thread().ids[0] == trace::kTruncatedPc; }
std::uintptr_t last_pc(std::uint32_t index) {
  return known_pc(this_thread().ids[this_thread().depth - 1 - index]).pc;
}
std::uint16_t last_flags(std::uint32_t index) {
  return known_pc(this_thread().ids[this_thread().depth - 1 - index]).flags;
}

CheckTotals check_totals() {
  const auto of = [](StackCheck check) { return g_verdicts[static_cast<int>(check)].load(); };
  return {of(StackCheck::kEqual),
          of(StackCheck::kEqualToGuess),
          of(StackCheck::kMismatch),
          of(StackCheck::kRefereeGaveUp),
          g_bad_deltas,
          g_frames,
          g_pushed};
}

std::string first_complaint() { return g_complaint; }

void release_checker() {
  if (t_thread == nullptr) return;
  forget_stack(*t_thread->capture);
  t_thread = g_released.exchange(t_thread);
  t_thread = nullptr;
}

}  // namespace leak::test
