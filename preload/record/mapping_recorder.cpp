// Mappings and the program break. Those made inside a hook are the allocator's own: counted, not recorded.
#include "buffer/recording.h"
#include "record/deferred_events.h"
#include "record/event_writer.h"
#include "record/recorder.h"
#include "sys/clock.h"

namespace leak::hook {

namespace {

using trace::Event;
using trace::Op;

std::uint64_t number_of(const void* pointer) noexcept { return reinterpret_cast<std::uintptr_t>(pointer); }

void write_mapping_event(const HookScope& scope, Event& event, const HookFrame& frame) noexcept {
  if (scope.nested()) {
    g_recording.nested_maps.fetch_add(1, std::memory_order_relaxed);
    return;
  }
  ThreadState* const state = thread_state();
  if (state == nullptr) return;
  write_stacked_event(*state, event, frame);
  write_deferred(*state, event.address, event.old_address);
}

}  // namespace

void record_mapping(const HookScope& scope, const void* address, std::size_t size, std::uint64_t details,
                    const HookFrame& frame) noexcept {
  if (!records_allocations()) return count_if_full();
  Event event{.op = Op::kMmap, .ticks = sys::now_ticks(), .address = number_of(address), .size = size};
  event.extra = details;
  write_mapping_event(scope, event, frame);
}

void record_remapping(const HookScope& scope, const void* old_address, std::size_t old_size,
                      std::uint64_t before, const void* address, std::size_t size,
                      const HookFrame& frame) noexcept {
  if (live_state() == Live::kPaused) return record_unmapping(scope, old_address, old_size, before, frame);
  if (!records_allocations()) return count_if_full();
  Event event{.op = Op::kMremap, .ticks = sys::now_ticks(), .begin_ticks = before};
  event.address = number_of(address);
  event.size = size;
  event.old_address = number_of(old_address);
  event.extra = old_size;
  write_mapping_event(scope, event, frame);
}

void record_unmapping(const HookScope& scope, const void* address, std::size_t size, std::uint64_t before,
                      const HookFrame& frame) noexcept {
  if (!records_ends()) return count_if_full();
  Event event{.op = Op::kMunmap, .ticks = before, .address = number_of(address), .size = size};
  write_mapping_event(scope, event, frame);
}

void record_break(const HookScope& scope, Op op, const void* old_break, const void* new_break,
                  const HookFrame& frame) noexcept {
  if (!records_allocations()) return count_if_full();
  Event event{.op = op, .ticks = sys::now_ticks(), .address = number_of(new_break)};
  event.old_address = number_of(old_break);
  event.size = event.address > event.old_address ? event.address - event.old_address
                                                 : event.old_address - event.address;
  write_mapping_event(scope, event, frame);
}

}  // namespace leak::hook
