#include "process/shutdown.h"

#include <cstdint>
#include <cstdlib>

#include "buffer/recording.h"
#include "process/writer_thread.h"
#include "record/hook_scope.h"
#include "record/meta_log.h"
#include "record/recorder.h"
#include "record/thread_state.h"
#include "snapshot/exit_views.h"
#include "sys/clock.h"

namespace leak::hook {

namespace {

constinit std::atomic<int> g_quick_exit_status{0};

// A child of vfork, or of a clone that shares memory, runs on its parent's recording: not its own to end.
bool is_own_recording() noexcept { return g_recording.pid == sys::getpid(); }

// Switches recording off; true for the one caller that has to write the end.
bool claim_the_end() noexcept {
  for (const Live from : {Live::kRecording, Live::kPaused, Live::kFull}) {
    Live expected = from;
    if (g_live.state.compare_exchange_strong(expected, Live::kOff, std::memory_order_acq_rel)) return true;
  }
  return false;
}

std::uintptr_t frame_here() noexcept { return reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0)); }

void end_recording(trace::EndKind kind, int code) noexcept {
  if (!is_own_recording() || !claim_the_end()) return;
  finish_writer(kind, static_cast<std::uint32_t>(code));
}

void on_process_exit(int status, void*) noexcept {
  take_last_exit_view();
  end_recording(trace::EndKind::kExited, status & 0xff);
}

void on_process_quick_exit() noexcept {
  take_immediate_exit_view(frame_here());
  end_recording(trace::EndKind::kExited, g_quick_exit_status.load(std::memory_order_relaxed) & 0xff);
}

}  // namespace

void register_process_exit() noexcept {
  on_exit(on_process_exit, nullptr);
  at_quick_exit(on_process_quick_exit);
}

void before_immediate_exit(int status) noexcept {
  take_immediate_exit_view(frame_here());
  if (is_own_recording()) record_deferred_at_exit();
  end_recording(trace::EndKind::kExited, status & 0xff);
}

void before_quick_exit(int status) noexcept {
  g_quick_exit_status.store(status, std::memory_order_relaxed);
}

bool end_for_namespace_change() noexcept {
  if (!is_own_recording() || !claim_the_end()) return false;
  finish_writer(trace::EndKind::kUnknown, 0);
  return true;
}

namespace {

// Whether the last before_exec ended the recording for real; read by the same thread when exec came back.
constinit std::atomic<bool> g_stood_down{false};

void announce_exec() noexcept {
  auto record = make_meta<trace::EndRecord>(trace::MetaKind::kEnd, sys::now_ticks());
  record.mono_ns = sys::clock_ns(CLOCK_MONOTONIC);
  record.end = trace::EndKind::kExec;
  append_meta_record(record);
}

}  // namespace

void before_exec() noexcept {
  if (!is_own_recording()) return;
  if (live_state() != Live::kRecording && live_state() != Live::kPaused) return;
  release_thread_state();
  if (g_recording.threads.load(std::memory_order_relaxed) != 0) {
    // Other threads record until the kernel ends them: the journal stays, and says what happened.
    announce_exec();
    return;
  }
  hand_over_meta();
  finish_writer_for_exec();
  g_stood_down.store(true, std::memory_order_relaxed);
}

void after_failed_exec() noexcept {
  if (is_own_recording() && g_stood_down.exchange(false, std::memory_order_relaxed)) resume_writer();
}

}  // namespace leak::hook
