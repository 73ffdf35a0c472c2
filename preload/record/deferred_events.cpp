#include "record/deferred_events.h"

#include "buffer/recording.h"
#include "record/block_window.h"
#include "record/event_writer.h"
#include "record/sampling.h"

namespace leak::hook {

namespace {

// In a sample, the deferred events are chosen only now.
bool is_chosen(const trace::Event& event) noexcept {
  if (!is_sampling()) return true;
  switch (trace::kind_of(event.op)) {
    case trace::OpKind::kAlloc:
      return choose_allocation(reinterpret_cast<const void*>(event.address), event.size, event.ticks);
    case trace::OpKind::kFree:
      return !is_left_out(reinterpret_cast<const void*>(event.address));
    default:
      return true;
  }
}

// In a sample a resize is a block that ends and one that is made: each is in it or not.
void write_chosen_parts(ThreadState& state, const trace::Event& resize) noexcept {
  if (resize.old_address != 0) {
    const trace::Event end{
        .op = trace::Op::kReallocFree, .ticks = resize.begin_ticks, .address = resize.old_address};
    if (is_chosen(end)) write_event(state, end);
  }
  if (!choose_allocation(reinterpret_cast<const void*>(resize.address), resize.size, resize.ticks)) return;
  trace::Event made = resize;
  made.begin_ticks = resize.ticks;
  made.old_address = 0;
  write_event(state, made);
}

}  // namespace

void defer(const trace::Event& event) noexcept {
  if (t_hook.internal) return;
  ThreadState* const state = t_hook.state;
  const std::uint32_t at =
      state == nullptr ? ThreadState::kMaxDeferred : state->deferred_count.load(std::memory_order_relaxed);
  if (at == ThreadState::kMaxDeferred) {
    g_recording.count_drop(trace::DropReason::kSignalHandler);
    return;
  }
  // Claim first: a handler that interrupts this one takes the next entry.
  state->deferred_count.store(at + 1, std::memory_order_relaxed);
  state->deferred[at] = event;
}

void write_deferred_now(ThreadState& state, std::uint64_t block, std::uint64_t old_block) noexcept {
  for (std::uint32_t i = 0; i != state.deferred_count.load(std::memory_order_relaxed); ++i) {
    const trace::Event& event = state.deferred[i];
    const bool is_same_block = event.address == block || (old_block != 0 && event.address == old_block);
    const bool is_resource = trace::kind_of(event.op) == trace::OpKind::kResource;
    if (is_same_block && !is_resource) continue;
    if (!is_chosen(event)) continue;
    if (windows_are_open()) note_deferred(state, event);
    g_recording.deferred.fetch_add(1, std::memory_order_relaxed);
    if (is_sampling() && trace::kind_of(event.op) == trace::OpKind::kResize) {
      write_chosen_parts(state, event);
    } else {
      write_event(state, event);
    }
  }
  state.deferred_count.store(0, std::memory_order_relaxed);
}

}  // namespace leak::hook
