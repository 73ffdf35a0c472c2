#include "record/overhead_meter.h"

#include "sys/clock.h"

namespace leak::hook {

constinit OverheadMeter g_overhead;

namespace {

// Longer ones were interrupted, or waited: no CPU time of ours.
constexpr std::uint64_t kMostCycles = 20'000;
// Of an event outside what is timed: the hook's entry and exit and the time stamp, less what the timing
// itself adds to what is timed. Found by comparing the sum with the process's CPU time on a loop of malloc
// and free.
constexpr std::uint64_t kUntimedCycles = 25;
// Looked at again after so many events, should a budget come.
constexpr std::uint32_t kLongAgo = 1U << 16;

}  // namespace

void EventTimer::begin(ThreadState& state, std::uint64_t allocated_bytes) noexcept {
  const std::uint32_t period = g_overhead.period.load(std::memory_order_relaxed);
  const std::uint32_t stands_for = state.timer_period;
  state.timer_period = period;
  state.untimed_events = (period == 0 ? kLongAgo : period) - 1;
  if (stands_for == 0) return;  // the first of a thread stands for nothing
  stands_for_ = stands_for;
  g_overhead.events.fetch_add(stands_for, std::memory_order_relaxed);
  g_overhead.bytes.fetch_add(stands_for * allocated_bytes, std::memory_order_relaxed);
  begin_ = sys::read_cycle_counter();
}

void EventTimer::end() noexcept {
  const std::uint64_t cycles = sys::read_cycle_counter() - begin_;
  g_overhead.cycles.fetch_add(stands_for_ * ((cycles < kMostCycles ? cycles : kMostCycles) + kUntimedCycles),
                              std::memory_order_relaxed);
}

}  // namespace leak::hook
