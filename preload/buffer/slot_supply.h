// How producers get the next slot: take a free one, else wake the writer and wait until it has freed or added
// some (back-pressure). Gives up only when recording stops.
//
// A producer waits rather than compress its chunk itself. The trace is open in the writer's own table of descriptors
// alone, so the compressed bytes would have to stay in memory that a killed process loses, while a chunk in the journal
// is safe. And a producer that outruns the writer mostly does so where there are fewer processors than threads; there
// its waiting is what gives the writer one. Eight threads that only allocate, on two processors, waited six times as
// long as they ran, and used a tenth more CPU time per event than one thread. Waits are counted, so that a trace
// tells where this does not hold.
#pragma once

#include <atomic>
#include <cstdint>

#include "buffer/slot_pool.h"

namespace leak::hook {

class SlotSupply {
 public:
  // So many full slots are worth waking the writer for: each time it finds its caches cold.
  static constexpr std::uint32_t kWakeAtFullSlots = 8;

  SlotPool& pool() noexcept { return pool_; }

  // Any thread inside a hook. Waits, and counts that; nullptr when close() was called.
  Slot* take_waiting(trace::ChunkKind kind, std::uint32_t tid) noexcept;
  // Any thread. Gives a slot to the writer and wakes it when kWakeAtFullSlots are full.
  void hand_over(Slot* slot) noexcept;
  // No more waiting: producers get nullptr from now on.
  void close() noexcept;

  struct Waits {
    std::uint64_t count;
    std::uint64_t ns;  // of all threads together
  };
  // So far. Any thread.
  Waits waits() const noexcept {
    return {wait_count_.load(std::memory_order_relaxed), wait_ns_.load(std::memory_order_relaxed)};
  }

  // Writer only: sleep until there is something to do or timeout_ns has passed.
  void writer_sleep(std::int64_t timeout_ns) noexcept;
  // Any thread: there is something to do (a command, a shortage).
  void wake_writer() noexcept;
  // Writer only: slots were released or added.
  void slots_available() noexcept;
  // Somebody is waiting for a slot.
  bool shortage() const noexcept { return shortage_.load(std::memory_order_acquire); }
  // Writer only: the same, and it will be seen to; who still waits then says so again.
  bool take_shortage() noexcept { return shortage_.exchange(false, std::memory_order_acq_rel); }

 private:
  Slot* wait_for_slot(trace::ChunkKind kind, std::uint32_t tid) noexcept;

  SlotPool pool_;
  std::atomic<std::uint32_t> writer_word_{0};    // bumped by wake_writer
  std::atomic<std::uint32_t> writer_asleep_{0};
  std::atomic<std::uint32_t> freed_word_{0};     // bumped by slots_available and close
  std::atomic<bool> shortage_{false};
  std::atomic<bool> closed_{false};
  std::atomic<std::uint64_t> wait_count_{0};
  std::atomic<std::uint64_t> wait_ns_{0};
};

}  // namespace leak::hook
