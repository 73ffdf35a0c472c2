// Markers: moments that the program or somebody outside names.
#include <cstring>

#include "buffer/recording.h"
#include "record/event_writer.h"
#include "record/meta_log.h"
#include "record/recorder.h"
#include "sys/clock.h"

namespace leak::hook {

std::uint64_t moment_between_quanta() noexcept {
  const std::uint64_t quantum = std::uint64_t{1} << g_recording.time_quantum_shift;
  const std::uint64_t next_quantum = (sys::now_ticks() & ~(quantum - 1)) + quantum;
  while (sys::now_ticks() < next_quantum) {
  }
  return next_quantum - 1 - (quantum - 1) / 2;  // the middle: no rounding moves it out of the quantum
}

void record_marker(const HookScope& scope, trace::MarkerKind kind, const char* label) noexcept {
  if (scope.nested() || !records_ends()) return;
  auto record = make_meta<trace::MarkerRecord>(trace::MetaKind::kMarker, moment_between_quanta());
  const std::size_t length = label == nullptr ? 0 : strnlen(label, 1024);
  record.marker = kind;
  record.tid = static_cast<std::uint32_t>(sys::gettid());
  record.label_bytes = static_cast<std::uint32_t>(length);
  append_meta_record(record, {{label, length}});
}

void record_unreported(const HookScope& scope, trace::UnreportedKind kind, const void* address) noexcept {
  if (scope.nested() || !records_ends()) return;
  auto record = make_meta<trace::UnreportedRecord>(trace::MetaKind::kUnreported, moment_between_quanta());
  record.unreported = kind;
  record.tid = static_cast<std::uint32_t>(sys::gettid());
  record.address = reinterpret_cast<std::uintptr_t>(address);
  append_meta_record(record);
}

}  // namespace leak::hook
