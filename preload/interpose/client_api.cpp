// What leakhook/leakhook.h calls when the library is there.
#include "interpose/real_functions.h"
#include "record/hook_scope.h"
#include "record/lifecycle.h"
#include "record/recorder.h"

using leak::hook::HookScope;
using leak::trace::MarkerKind;

namespace {

int mark(MarkerKind kind, const char* label) noexcept {
  const HookScope scope(LEAKHOOK_FRAME());
  leak::hook::record_marker(scope, kind, label);
  return leak::hook::live_state() == leak::hook::Live::kRecording ||
         leak::hook::live_state() == leak::hook::Live::kPaused;
}

}  // namespace

extern "C" {

// Each returns 1 when it took effect, 0 when this process is not being recorded (or was so already).

LEAKHOOK_EXPORT int leakhook_api_snapshot(const char* label) noexcept {
  return mark(MarkerKind::kSnapshot, label);
}

LEAKHOOK_EXPORT int leakhook_api_pause() noexcept {
  mark(MarkerKind::kPause, nullptr);
  return leak::hook::pause_recording() ? 1 : 0;
}

LEAKHOOK_EXPORT int leakhook_api_resume() noexcept {
  if (!leak::hook::resume_recording()) return 0;
  mark(MarkerKind::kResume, nullptr);
  return 1;
}

LEAKHOOK_EXPORT int leakhook_api_is_active() noexcept {
  return leak::hook::live_state() == leak::hook::Live::kRecording ? 1 : 0;
}

}  // extern "C"
