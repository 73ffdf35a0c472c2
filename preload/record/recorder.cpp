// The heap: blocks that are made, resized and freed.
#include "record/recorder.h"

#include "buffer/recording.h"
#include "record/block_window.h"
#include "record/deferred_events.h"
#include "record/event_writer.h"
#include "record/overhead_meter.h"
#include "record/sampling.h"
#include "sys/clock.h"

namespace leak::hook {

namespace {

using trace::Event;
using trace::Op;

std::uint64_t number_of(const void* pointer) noexcept { return reinterpret_cast<std::uintptr_t>(pointer); }

// Nearly all allocations have the shape that is written straight into the slot.
[[gnu::always_inline]] inline void write_allocation(ThreadState& state, Op op, std::uint64_t ticks,
                                                    std::uint64_t address, std::uint64_t size,
                                                    std::uint64_t extra, const HookFrame& frame) noexcept {
  StackDelta delta;
  if (!take_stack(state, frame, delta)) [[unlikely]]
    return;
  std::uint64_t* ids = nullptr;
  if (trace::is_plain_allocation(op, size, delta.keep, delta.push)) [[likely]] {
    ids = trace::put_raw_allocation(state.cursor, op, ticks, address, size, delta.keep, delta.push);
  } else {
    Event event{.op = op, .has_stack = true, .ticks = ticks, .address = address, .size = size};
    event.extra = extra;
    event.keep = delta.keep;
    event.push = delta.push;
    ids = trace::put_raw_event_head(state.cursor, event);
  }
  commit(state, trace::put_raw_pc_ids(ids, delta.pc_ids, delta.push));
}

[[gnu::noinline]] void write_free_with_stack(ThreadState& state, Op op, std::uint64_t ticks,
                                             std::uint64_t address, const HookFrame& frame) noexcept {
  Event event{.op = op, .ticks = ticks, .begin_ticks = ticks, .address = address};
  write_stacked_event(state, event, frame);
}

void write_end(const HookScope& scope, Op op, const void* block, std::uint64_t before,
               const HookFrame& frame) noexcept {
  if (!records_ends()) [[unlikely]]
    return count_if_full();
  const std::uint64_t address = number_of(block);
  if (scope.nested()) [[unlikely]]
    return defer({.op = op, .ticks = before, .address = address});
  ThreadState* const state = thread_state();
  if (state == nullptr) [[unlikely]]
    return;
  const EventTimer timer(*state, 0);
  if (g_free_stacks) [[unlikely]] {
    write_free_with_stack(*state, op, before, address, frame);
  } else {
    write_free(*state, op, before, address);
  }
  if (windows_are_open()) [[unlikely]]
    note_block_gone(address, before);
  write_deferred(*state, address, 0);
}

void write_resize(const HookScope& scope, Event& event, const HookFrame& frame) noexcept {
  if (scope.nested()) [[unlikely]]
    return defer(event);
  ThreadState* const state = thread_state();
  if (state == nullptr) [[unlikely]]
    return;
  const EventTimer timer(*state, event.size);
  write_stacked_event(*state, event, frame);
  if (windows_are_open()) [[unlikely]] {
    if (event.old_address != 0) note_block_gone(event.old_address, event.begin_ticks);
    note_block_made(*state, event.address, event.size, event.ticks, true);
  }
  write_deferred(*state, event.address, event.old_address);
}

}  // namespace

void record_allocation(const HookScope& scope, Op op, const void* block, std::size_t size,
                       std::uint64_t alignment, const HookFrame& frame) noexcept {
  if (!records_allocations()) [[unlikely]]
    return count_if_full();
  if (leaves_out(scope, size)) return note_left_out(block);
  const std::uint64_t ticks = sys::now_ticks();
  const std::uint64_t address = number_of(block);
  if (scope.nested()) [[unlikely]] {
    return defer({.op = op, .ticks = ticks, .address = address, .size = size, .extra = alignment});
  }
  // After the stamp was taken (sampling.h). Nested ones are chosen when they are written.
  if (is_sampling() && !choose_allocation(block, size, ticks)) return;
  ThreadState* const state = thread_state();
  if (state == nullptr) [[unlikely]]
    return;
  const EventTimer timer(*state, size);
  write_allocation(*state, op, ticks, address, size, alignment, frame);
  if (windows_are_open()) [[unlikely]]
    note_block_made(*state, address, size, ticks, true);
  write_deferred(*state, address, 0);
}

void record_plain_allocation(const HookScope& /*scope*/, Op op, const void* block, std::size_t size,
                             std::uint64_t alignment, const HookFrame& frame) noexcept {
  const std::uint64_t ticks = sys::read_cycle_counter();
  ThreadState* const state = thread_state();
  if (state == nullptr) [[unlikely]]
    return;
  const std::uint64_t address = number_of(block);
  write_allocation(*state, op, ticks, address, size, alignment, frame);
  write_deferred(*state, address, 0);
}

void record_plain_free(const HookScope& /*scope*/, Op op, const void* block) noexcept {
  const std::uint64_t ticks = sys::read_cycle_counter();
  ThreadState* const state = thread_state();
  if (state == nullptr) [[unlikely]]
    return;
  const std::uint64_t address = number_of(block);
  write_free(*state, op, ticks, address);
  write_deferred(*state, address, 0);
}

constinit bool g_free_stacks = false;

void record_free(const HookScope& scope, Op op, const void* block, const HookFrame& frame) noexcept {
  if (is_sampling() && !scope.nested()) {
    if (is_left_out(block)) return;
    forget_recorded(block);
  }
  write_end(scope, op, block, sys::now_ticks(), frame);
}

BlockBefore before_resize(const void* block) noexcept {
  if (is_sampling() && block != nullptr && is_left_out(block)) return {0, true};
  return {sys::now_ticks(), false};
}

void record_ended(const HookScope& scope, Op op, const void* block, const BlockBefore& before,
                  const HookFrame& frame) noexcept {
  if (before.is_left_out && !scope.nested()) return;
  write_end(scope, op, block, before.is_left_out ? sys::now_ticks() : before.ticks, frame);
}

std::uint64_t moment_before() noexcept { return sys::now_ticks(); }

void record_resize(const HookScope& scope, Op op, const void* old_block, const BlockBefore& before,
                   const void* block, std::size_t size, const HookFrame& frame) noexcept {
  if (!records_allocations()) [[unlikely]] {
    if (old_block != nullptr && live_state() == Live::kPaused) {
      return record_ended(scope, Op::kReallocFree, old_block, before, frame);
    }
    return count_if_full();
  }
  Event event{.op = op, .begin_ticks = before.ticks, .address = number_of(block), .size = size};
  event.old_address = number_of(old_block);
  event.ticks = sys::now_ticks();
  if (is_sampling() && !scope.nested()) {
    // A block that ends and one that is made: each is in the sample or not.
    if (old_block != nullptr) record_ended(scope, Op::kReallocFree, old_block, before, frame);
    if (!choose_allocation(block, size, event.ticks)) return;
    event.begin_ticks = event.ticks;
    event.old_address = 0;
  }
  write_resize(scope, event, frame);
}

void record_deferred_at_exit() noexcept {
  if (t_hook.state != nullptr) write_deferred(*t_hook.state, 0, 0);
}

void record_failure(const HookScope& scope) noexcept {
  if (!scope.nested() && records_ends()) {
    g_recording.failed_allocations.fetch_add(1, std::memory_order_relaxed);
  }
}

}  // namespace leak::hook
