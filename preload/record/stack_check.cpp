#include "record/stack_check.h"

#include "buffer/recording.h"
#include "record/hook_scope.h"
#include "record/meta_log.h"
#include "record/stack_verify.h"
#include "sys/clock.h"

namespace leak::hook {

constinit std::uint32_t g_verify_every = 0;

namespace {

constexpr std::uint64_t kMostMismatchRecords = 100;

void report_mismatch(const ThreadState& state, const StackVerdict& verdict) noexcept {
  auto record = make_meta<trace::StackMismatchRecord>(trace::MetaKind::kStackMismatch, sys::now_ticks());
  record.tid = state.tid;
  record.frame = verdict.frame;
  record.ours = verdict.ours;
  record.theirs = verdict.theirs;
  append_meta_record(record);
}

}  // namespace

bool enable_stack_checks(std::uint32_t every) noexcept {
  if (every != 0 && !prepare_stack_verification()) return false;
  g_verify_every = every;
  return true;
}

[[gnu::noinline]] void check_stack(ThreadState& state, const CaptureStart& start) noexcept {
  if (++state.unverified_stacks < g_verify_every) return;
  state.unverified_stacks = 0;
  const InternalWork internal;  // libunwind maps memory
  const StackVerdict verdict = verify_stack(*state.stack, start);
  Recording::StackChecks& checks = g_recording.stack_checks;
  switch (verdict.check) {
    case StackCheck::kUnavailable: return;
    case StackCheck::kEqual: break;
    case StackCheck::kEqualToGuess: checks.guessed.fetch_add(1, std::memory_order_relaxed); break;
    case StackCheck::kRefereeGaveUp: checks.undecided.fetch_add(1, std::memory_order_relaxed); break;
    case StackCheck::kMismatch:
      if (checks.mismatches.fetch_add(1, std::memory_order_relaxed) < kMostMismatchRecords) {
        report_mismatch(state, verdict);
      }
      break;
  }
  checks.checked.fetch_add(1, std::memory_order_relaxed);
}

}  // namespace leak::hook
