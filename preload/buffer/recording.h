// The state of this process's recording that its parts share. One instance, in zero-initialised static memory; a
// forked child resets it before it starts its own.
#pragma once

#include <atomic>
#include <cstdint>

#include "buffer/slot_supply.h"
#include "trace_format/layout.h"

namespace leak::hook {

struct Recording {
  SlotSupply slots;
  std::atomic<std::uint64_t> failed_allocations{0};
  std::atomic<std::uint64_t> nested_maps{0};
  std::atomic<std::uint64_t> deferred{0};
  struct StackChecks {
    std::atomic<std::uint64_t> checked{0};
    std::atomic<std::uint64_t> mismatches{0};
    std::atomic<std::uint64_t> guessed{0};
    std::atomic<std::uint64_t> undecided{0};
  } stack_checks;
  std::atomic<std::uint64_t> dropped[trace::kDropReasonCount] = {};
  std::atomic<trace::DropReason> stop_reason{trace::DropReason::kDiskFull};  // why Live::kFull
  std::atomic<std::uint32_t> threads{0};  // that own a thread state, and so may hold a slot
  int pid = 0;
  std::uint64_t start_ticks = 0;
  std::uint32_t time_quantum_shift = 0;  // event times are cut to multiples of 2^this ticks

  void count_drop(trace::DropReason reason) noexcept {
    dropped[static_cast<std::size_t>(reason)].fetch_add(1, std::memory_order_relaxed);
  }
};

extern constinit Recording g_recording;

}  // namespace leak::hook
