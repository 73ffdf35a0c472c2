#include "record/recorder.h"

#include <cstring>

#include "record/meta_log.h"
#include "record/sampling.h"
#include "record/stack_check.h"
#include "buffer/recording.h"
#include "record/thread_state.h"
#include "sys/clock.h"
#include "trace_format/raw_codec.h"

namespace leak::hook {

namespace {

using trace::Event;
using trace::Op;

std::uint64_t number_of(const void* pointer) noexcept { return reinterpret_cast<std::uintptr_t>(pointer); }

// Allocations are recorded only in full operation; what ends a block is recorded in a pause too.
bool records_allocations() noexcept { return live_state() == Live::kRecording; }
bool records_ends() noexcept { return live_state() == Live::kRecording || live_state() == Live::kPaused; }

[[gnu::noinline]] void count_if_full() noexcept {
  if (live_state() == Live::kFull) {
    g_recording.count_drop(g_recording.stop_reason.load(std::memory_order_relaxed));
  }
}

// Full slot, or none yet: the next one. false: recording stops.
[[gnu::noinline]] bool renew_slot(ThreadState& state) noexcept {
  give_slot_away(state);
  state.slot = g_recording.slots.take_waiting(trace::ChunkKind::kEvents, state.tid);
  state.stack_is_new = true;
  state.cursor = state.slot == nullptr ? nullptr : slot_data(state.slot);
  state.end = state.slot == nullptr ? nullptr : slot_end(state.slot);
  if (state.slot == nullptr) count_if_full();
  return state.slot != nullptr;
}

bool has_room(const ThreadState& state, std::size_t words) noexcept {
  return static_cast<std::size_t>(state.end - state.cursor) >= words;
}

// Makes what was written up to `end` part of the trace.
void commit(ThreadState& state, std::uint64_t* end) noexcept {
  state.cursor = end;
  const std::size_t bytes = static_cast<std::size_t>(end - slot_data(state.slot)) * sizeof(std::uint64_t);
  // release: pairs with the writer, and with the analyzer that reads a killed process's journal.
  state.slot->used.store(static_cast<std::uint32_t>(bytes), std::memory_order_release);
}

void write_plain(ThreadState& state, const Event& event) noexcept {
  if (!has_room(state, trace::kRawMaxHeadWords) && !renew_slot(state)) [[unlikely]] return;
  commit(state, trace::put_raw_event_head(state.cursor, event));
}

void write_with_stack(ThreadState& state, Event& event, const CaptureStart& start) noexcept {
  StackDelta delta = capture_stack(*state.stack, start);
  if (g_verify_every != 0) [[unlikely]] check_stack(state, start);
  if (!has_room(state, trace::raw_event_words_bound(delta.push))) [[unlikely]] {
    if (!renew_slot(state)) return;
  }
  if (state.stack_is_new) [[unlikely]] {
    delta = whole_stack(*state.stack);
    if (!has_room(state, trace::raw_event_words_bound(delta.push)) && !renew_slot(state)) return;
    state.stack_is_new = false;
  }
  event.has_stack = true;
  event.keep = delta.keep;
  event.push = delta.push;
  std::uint64_t* const ids = trace::put_raw_event_head(state.cursor, event);
  std::memcpy(ids, delta.pc_ids, std::size_t{delta.push} * sizeof(std::uint32_t));
  commit(state, ids + (delta.push + 1) / 2);
}

// From a signal handler, inside another hook of the same thread: keep it for the end of that hook.
[[gnu::noinline]] void defer(const Event& event) noexcept {
  if (t_hook.internal) return;
  ThreadState* state = t_hook.state;
  if (state == nullptr) {
    g_recording.count_drop(trace::DropReason::kSignalHandler);
    return;
  }
  const std::uint32_t at = state->deferred_count.load(std::memory_order_relaxed);
  if (at == ThreadState::kMaxDeferred) {
    g_recording.count_drop(trace::DropReason::kSignalHandler);
    return;
  }
  // Claim first: a handler that interrupts this one takes the next entry.
  state->deferred_count.store(at + 1, std::memory_order_relaxed);
  state->deferred[at] = {event.op,   event.ticks,       event.begin_ticks, event.address,
                         event.size, event.old_address, event.extra};
}

// Nested calls of the outer hook's own family are the allocator's doing (operator new calling malloc): they
// concern the very block that the outer event names.
bool belongs_to(const DeferredEvent& inner, const Event& outer) noexcept {
  if (inner.address == outer.address) return true;
  return trace::has_old_address(outer.op) && inner.address == outer.old_address;
}

// In a sample, the deferred events are chosen only now.
bool is_chosen(ThreadState& state, const Event& event) noexcept {
  if (!is_sampling()) return true;
  switch (trace::kind_of(event.op)) {
    case trace::OpKind::kAlloc:
      if (!take_sample(state.sample_point, event.size)) return false;
      add_sampled_block(reinterpret_cast<const void*>(event.address));
      return true;
    case trace::OpKind::kFree: return remove_sampled_block(reinterpret_cast<const void*>(event.address));
    default: return trace::kind_of(event.op) != trace::OpKind::kResize;
  }
}

[[gnu::noinline]] void write_deferred(ThreadState& state, const Event& outer) noexcept {
  for (std::uint32_t i = 0; i != state.deferred_count.load(std::memory_order_relaxed); ++i) {
    const DeferredEvent& inner = state.deferred[i];
    if (belongs_to(inner, outer)) continue;
    Event event{};
    event.op = inner.op;
    event.ticks = inner.ticks;
    event.begin_ticks = inner.begin_ticks;
    event.address = inner.address;
    event.size = inner.size;
    event.old_address = inner.old_address;
    event.extra = inner.extra;
    if (!is_chosen(state, event)) continue;
    g_recording.deferred.fetch_add(1, std::memory_order_relaxed);
    write_plain(state, event);
  }
  state.deferred_count.store(0, std::memory_order_relaxed);
}

void finish(ThreadState& state, const Event& event) noexcept {
  if (state.deferred_count.load(std::memory_order_relaxed) != 0) [[unlikely]] write_deferred(state, event);
}

void record_stacked(const HookScope& scope, Event& event, const CaptureStart& start) noexcept {
  if (scope.nested()) [[unlikely]] {
    defer(event);
    return;
  }
  ThreadState* state = thread_state();
  if (state == nullptr) [[unlikely]] return;
  write_with_stack(*state, event, start);
  finish(*state, event);
}

void record_plain(const HookScope& scope, const Event& event) noexcept {
  if (scope.nested()) [[unlikely]] {
    defer(event);
    return;
  }
  ThreadState* state = thread_state();
  if (state == nullptr) [[unlikely]] return;
  write_plain(*state, event);
  finish(*state, event);
}

// In a sample: whether this block is part of it. Nested ones are chosen when they are written.
bool sample_allocation(const HookScope& scope, Op op, const void* block, std::size_t size) noexcept {
  if (scope.nested() || trace::kind_of(op) == trace::OpKind::kMap) return true;
  ThreadState* state = thread_state();
  if (state == nullptr || !take_sample(state->sample_point, size)) return false;
  add_sampled_block(block);
  return true;
}

// The end of a block.
void write_end(const HookScope& scope, Op op, const void* block, std::uint64_t before) noexcept {
  if (!records_ends()) [[unlikely]] return count_if_full();
  Event event{};
  event.op = op;
  event.ticks = before;
  event.address = number_of(block);
  record_plain(scope, event);
}

// In a sample a resized block is one that ends and one that is made: each is in the sample or not.
void record_sampled_resize(const HookScope& scope, Op op, const void* old_block, std::uint64_t before,
                           const void* block, std::size_t size, const CaptureStart& start) noexcept {
  if (old_block != nullptr) record_ended(scope, Op::kReallocFree, old_block, before);
  if (!sample_allocation(scope, op, block, size)) return;
  Event event{};
  event.op = op;
  event.ticks = event.begin_ticks = sys::now_ticks();
  event.address = number_of(block);
  event.size = size;
  record_stacked(scope, event, start);
}

}  // namespace

constinit Recording g_recording;

void record_allocation(const HookScope& scope, Op op, const void* block, std::size_t size,
                       std::uint64_t extra, const CaptureStart& start) noexcept {
  if (!records_allocations()) [[unlikely]] return count_if_full();
  if (is_sampling() && !sample_allocation(scope, op, block, size)) return;
  Event event{};
  event.op = op;
  event.ticks = sys::now_ticks();
  event.address = number_of(block);
  event.size = size;
  event.extra = extra;
  if (trace::kind_of(op) == trace::OpKind::kMap && scope.nested()) {
    g_recording.nested_maps.fetch_add(1, std::memory_order_relaxed);
    return;
  }
  record_stacked(scope, event, start);
}

void record_free(const HookScope& scope, Op op, const void* block) noexcept {
  if (is_sampling() && !scope.nested() && !remove_sampled_block(block)) return;
  write_end(scope, op, block, sys::now_ticks());
}

void record_ended(const HookScope& scope, Op op, const void* block, std::uint64_t before) noexcept {
  if (is_sampling() && !scope.nested() && !remove_sampled_block(block)) return;
  write_end(scope, op, block, before);
}

std::uint64_t moment_before() noexcept { return sys::now_ticks(); }

void record_resize(const HookScope& scope, Op op, const void* old_block, std::uint64_t before,
                   const void* block, std::size_t size, std::uint64_t extra,
                   const CaptureStart& start) noexcept {
  if (live_state() == Live::kPaused) {
    if (trace::kind_of(op) == trace::OpKind::kRemap) {
      return record_unmapping(scope, old_block, extra, before, start);
    }
    if (old_block != nullptr) record_ended(scope, Op::kReallocFree, old_block, before);
    return;
  }
  if (!records_allocations()) [[unlikely]] return count_if_full();
  if (is_sampling() && trace::kind_of(op) == trace::OpKind::kResize) {
    return record_sampled_resize(scope, op, old_block, before, block, size, start);
  }
  Event event{};
  event.op = op;
  event.ticks = sys::now_ticks();
  event.begin_ticks = before;
  event.address = number_of(block);
  event.size = size;
  event.old_address = number_of(old_block);
  event.extra = extra;
  if (trace::kind_of(op) == trace::OpKind::kRemap && scope.nested()) {
    g_recording.nested_maps.fetch_add(1, std::memory_order_relaxed);
    return;
  }
  record_stacked(scope, event, start);
}

void record_unmapping(const HookScope& scope, const void* address, std::size_t size, std::uint64_t before,
                      const CaptureStart& start) noexcept {
  if (!records_ends()) [[unlikely]] return count_if_full();
  if (scope.nested()) {
    g_recording.nested_maps.fetch_add(1, std::memory_order_relaxed);
    return;
  }
  Event event{};
  event.op = Op::kMunmap;
  event.ticks = before;
  event.address = number_of(address);
  event.size = size;
  record_stacked(scope, event, start);
}

void record_break(const HookScope& scope, Op op, const void* old_break, const void* new_break,
                  const CaptureStart& start) noexcept {
  if (!records_allocations()) [[unlikely]] return count_if_full();
  if (scope.nested()) {
    g_recording.nested_maps.fetch_add(1, std::memory_order_relaxed);
    return;
  }
  Event event{};
  event.op = op;
  event.ticks = sys::now_ticks();
  event.address = number_of(new_break);
  event.old_address = number_of(old_break);
  const std::uint64_t low = event.address < event.old_address ? event.address : event.old_address;
  event.size = event.address + event.old_address - 2 * low;
  record_stacked(scope, event, start);
}

void record_deferred_at_exit() noexcept {
  ThreadState* state = t_hook.state;
  if (state != nullptr && state->deferred_count.load(std::memory_order_relaxed) != 0) write_deferred(*state, Event{});
}

void record_failure(const HookScope& scope) noexcept {
  if (!scope.nested() && records_ends()) {
    g_recording.failed_allocations.fetch_add(1, std::memory_order_relaxed);
  }
}

namespace {

// A moment that keeps its place among events whose times are cut to quanta: what came before lies in an earlier
// quantum, or in the same, and what comes after in a later one. Waits for the quantum to end, about a microsecond.
std::uint64_t moment_between_quanta() noexcept {
  const std::uint64_t quantum = std::uint64_t{1} << g_recording.time_quantum_shift;
  const std::uint64_t next_quantum = (sys::now_ticks() & ~(quantum - 1)) + quantum;
  while (sys::now_ticks() < next_quantum) {
  }
  return next_quantum - 1 - (quantum - 1) / 2;  // the middle: no rounding moves it out of the quantum
}

}  // namespace

void record_marker(const HookScope& scope, trace::MarkerKind kind, const char* label) noexcept {
  if (scope.nested() || !records_ends()) return;
  auto record = make_meta<trace::MarkerRecord>(trace::MetaKind::kMarker, moment_between_quanta());
  const std::size_t length = label == nullptr ? 0 : strnlen(label, 1024);
  record.marker = kind;
  record.tid = static_cast<std::uint32_t>(sys::gettid());
  record.label_bytes = static_cast<std::uint32_t>(length);
  append_meta_record(record, {{label, length}});
}

}  // namespace leak::hook
