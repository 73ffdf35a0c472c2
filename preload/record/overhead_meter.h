// What recording costs the program's threads: one event in 256 is timed, and stands for those between. The
// others pay for counting down, half a nanosecond. In a sample recorded events are rare, and each is timed.
//
// The writer thread asks for the sum (process/overhead_watch.h). Without a budget nothing is timed.
#pragma once

#include <atomic>
#include <cstdint>

#include "record/thread_state.h"

namespace leak::hook {

struct OverheadMeter {
  static constexpr std::uint32_t kPeriod = 256;

  std::atomic<std::uint32_t> period{0};  // 0: off
  std::atomic<std::uint64_t> cycles{0};
  std::atomic<std::uint64_t> events{0};
  std::atomic<std::uint64_t> bytes{0};  // that were allocated
};
extern constinit OverheadMeter g_overhead;

// Times the event in whose hook it lives, if it is its turn.
class EventTimer {
 public:
  EventTimer(ThreadState& state, std::uint64_t allocated_bytes) noexcept {
    if (state.untimed_events-- == 0) [[unlikely]]
      begin(state, allocated_bytes);
  }
  ~EventTimer() {
    if (stands_for_ != 0) [[unlikely]]
      end();
  }
  EventTimer(const EventTimer&) = delete;
  EventTimer& operator=(const EventTimer&) = delete;

 private:
  [[gnu::noinline]] void begin(ThreadState& state, std::uint64_t allocated_bytes) noexcept;
  [[gnu::noinline]] void end() noexcept;

  std::uint32_t stands_for_ = 0;
  std::uint64_t begin_ = 0;
};

}  // namespace leak::hook
