#include "record/event_writer.h"

#include "buffer/recording.h"

namespace leak::hook {

void count_if_full() noexcept {
  if (live_state() == Live::kFull) {
    g_recording.count_drop(g_recording.stop_reason.load(std::memory_order_relaxed));
  }
}

namespace {

// Many threads fill but the beginning of theirs, so that those that then do nothing hold less memory.
std::uint64_t* slot_limit(Slot* slot) noexcept {
  constexpr std::uint32_t kManyThreads = 64;
  constexpr std::size_t kFewWords = (std::size_t{20} << 10) / sizeof(std::uint64_t) - sizeof(Slot) / 8;
  static_assert(kFewWords >= trace::raw_event_words_bound(kMaxCapturedFrames + 1), "the deepest stack fits");
  if (g_recording.threads.load(std::memory_order_relaxed) <= kManyThreads) return slot_end(slot);
  return slot_data(slot) + kFewWords;
}

}  // namespace

bool renew_slot(ThreadState& state) noexcept {
  give_slot_away(state);
  state.slot = g_recording.slots.take_waiting(trace::ChunkKind::kEvents, state.tid);
  state.stack_is_new = true;
  state.cursor = state.slot == nullptr ? nullptr : slot_data(state.slot);
  state.end = state.slot == nullptr ? nullptr : slot_limit(state.slot);
  if (state.slot == nullptr) count_if_full();
  return state.slot != nullptr;
}

bool make_room_for_stack(ThreadState& state, StackDelta& delta) noexcept {
  if (!has_room(state, trace::raw_event_words_bound(delta.push)) && !renew_slot(state)) return false;
  if (!state.stack_is_new) return true;
  delta = whole_stack(*state.stack);
  if (!has_room(state, trace::raw_event_words_bound(delta.push)) && !renew_slot(state)) return false;
  state.stack_is_new = false;
  return true;
}

void write_event(ThreadState& state, const trace::Event& event) noexcept {
  if (!has_room(state, trace::kRawMaxHeadWords) && !renew_slot(state)) return;
  commit(state, trace::put_raw_event_head(state.cursor, event));
}

void write_stacked_event(ThreadState& state, trace::Event& event, const HookFrame& frame) noexcept {
  StackDelta delta;
  if (!take_stack(state, frame, delta)) return;
  event.has_stack = true;
  event.keep = delta.keep;
  event.push = delta.push;
  commit(state,
         trace::put_raw_pc_ids(trace::put_raw_event_head(state.cursor, event), delta.pc_ids, delta.push));
}

}  // namespace leak::hook
