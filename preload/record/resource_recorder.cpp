#include "record/resource_recorder.h"

#include "record/deferred_events.h"
#include "record/event_writer.h"
#include "sys/clock.h"

namespace leak::hook {

constinit std::atomic<std::uint32_t> g_tracked{kTrackFds | kTrackThreads};

namespace {

using trace::Event;
using trace::Op;
using trace::ResourceCall;

bool is_end(Op op) noexcept {
  return op == Op::kFdClose || op == Op::kFdCloseRange || op == Op::kThreadJoin || op == Op::kThreadDetach;
}

// Ends carry no stack: who made it is what matters.
void write(Event& event, const HookFrame& frame) noexcept {
  ThreadState* const state = thread_state();
  if (state == nullptr) return;
  if (is_end(event.op)) {
    write_event(*state, event);
  } else {
    write_stacked_event(*state, event, frame);
  }
  write_deferred(*state, 0, 0);
}

void record(std::uint32_t resource, Event event, const HookFrame& frame) noexcept {
  if (!is_tracked(resource)) return;
  const HookScope scope(frame);
  if (!is_tracked(resource)) return;  // the scope may have read the settings
  if (!(is_end(event.op) ? records_ends() : records_allocations())) return count_if_full();
  if (event.ticks == 0) event.ticks = sys::now_ticks();
  if (event.begin_ticks == 0) event.begin_ticks = event.ticks;
  if (scope.nested()) {
    defer(event);
  } else {
    write(event, frame);
  }
}

std::uint64_t size_of(ResourceCall call) noexcept { return static_cast<std::uint64_t>(call); }

std::uint64_t number_of(int fd) noexcept { return static_cast<std::uint32_t>(fd); }

}  // namespace

std::uint64_t moment_before_resource(std::uint32_t resource) noexcept {
  // Before the start the clock is not chosen yet: the record then takes the moment itself.
  if (!is_tracked(resource) || live_state() == Live::kUnknown) return 0;
  return sys::now_ticks();
}

void record_fd(ResourceCall call, int fd, int copied_from, const HookFrame& frame) noexcept {
  Event event{.op = Op::kFdOpen, .address = number_of(fd), .size = size_of(call)};
  event.extra = trace::pack_fd_origin(copied_from);
  record(kTrackFds, event, frame);
}

void record_fd_wrap(ResourceCall call, int fd, const HookFrame& frame) noexcept {
  record(kTrackFds, {.op = Op::kFdWrap, .address = number_of(fd), .size = size_of(call)}, frame);
}

void record_fd_close(ResourceCall call, int fd, std::uint64_t before, const HookFrame& frame) noexcept {
  record(kTrackFds, {.op = Op::kFdClose, .ticks = before, .address = number_of(fd), .size = size_of(call)},
         frame);
}

void record_fd_close_range(ResourceCall call, unsigned first, unsigned last, std::uint64_t before,
                           const HookFrame& frame) noexcept {
  Event event{.op = Op::kFdCloseRange, .ticks = before, .address = first, .size = size_of(call)};
  event.extra = last;
  record(kTrackFds, event, frame);
}

void record_thread(ResourceCall call, std::uintptr_t handle, bool is_detached, std::uint64_t before,
                   const HookFrame& frame) noexcept {
  Event event{.op = Op::kThreadCreate, .begin_ticks = before, .address = handle, .size = size_of(call)};
  event.extra = is_detached ? trace::kThreadIsDetached : 0;
  record(kTrackThreads, event, frame);
}

void record_thread_end(Op op, ResourceCall call, std::uintptr_t handle, const HookFrame& frame) noexcept {
  record(kTrackThreads, {.op = op, .address = handle, .size = size_of(call)}, frame);
}

void enter_vfork_child() noexcept { t_hook.in_vfork_child = true; }
void leave_vfork_child() noexcept { t_hook.in_vfork_child = false; }

}  // namespace leak::hook
