// Appends events to the calling thread's slot, and gets it a new one when it is full. What is committed is
// part of the trace, whatever happens to the process next.
#pragma once

#include <cstdint>

#include "buffer/live.h"
#include "record/hook_frame.h"
#include "record/stack_capture.h"
#include "record/stack_check.h"
#include "record/thread_state.h"
#include "trace_format/raw_codec.h"
#include "trace_format/record.h"

namespace leak::hook {

// Allocations are recorded only in full operation; what ends a block is recorded in a pause too.
inline bool records_allocations() noexcept { return live_state() == Live::kRecording; }
inline bool records_ends() noexcept { return records_allocations() || live_state() == Live::kPaused; }

// An event is not recorded: counts it as dropped if that is for want of room.
[[gnu::noinline]] void count_if_full() noexcept;

// Any event, without a stack.
void write_event(ThreadState& state, const trace::Event& event) noexcept;
// Any event, with the stack from `frame` outwards, which is filled in.
void write_stacked_event(ThreadState& state, trace::Event& event, const HookFrame& frame) noexcept;

// Full slot, or none yet: the next one. false: recording stops.
[[gnu::noinline]] bool renew_slot(ThreadState& state) noexcept;
// The stack captured last does not fit into the slot, or is its first: makes room, and takes the whole of it.
// false: recording stops.
[[gnu::noinline]] bool make_room_for_stack(ThreadState& state, StackDelta& delta) noexcept;

inline bool has_room(const ThreadState& state, std::size_t words) noexcept {
  return static_cast<std::size_t>(state.end - state.cursor) >= words;
}

// Makes what was written up to `end` part of the trace.
inline void commit(ThreadState& state, std::uint64_t* end) noexcept {
  state.cursor = end;
  const std::size_t bytes = static_cast<std::size_t>(end - slot_data(state.slot)) * sizeof(std::uint64_t);
  // release: pairs with the writer, and with the analyzer that reads a killed process's journal.
  state.slot->used.store(static_cast<std::uint32_t>(bytes), std::memory_order_release);
}

// false: recording stops.
inline bool take_stack(ThreadState& state, const HookFrame& frame, StackDelta& delta) noexcept {
  delta = capture_stack(*state.stack, frame.caller());
  if (g_verify_every != 0) [[unlikely]]
    check_stack(state, frame.caller());
  if (state.stack_is_new || !has_room(state, trace::raw_event_words_bound(delta.push))) [[unlikely]] {
    return make_room_for_stack(state, delta);
  }
  return true;
}

inline void write_free(ThreadState& state, trace::Op op, std::uint64_t ticks,
                       std::uint64_t address) noexcept {
  if (!has_room(state, trace::kRawFixedWords) && !renew_slot(state)) [[unlikely]]
    return;
  commit(state, trace::put_raw_free(state.cursor, op, ticks, address));
}

}  // namespace leak::hook
