#include "buffer/slot_supply.h"

#include "sys/clock.h"
#include "sys/futex.h"
#include "sys/signal_pause.h"

namespace leak::hook {

Slot* SlotSupply::take_waiting(trace::ChunkKind kind, std::uint32_t tid) noexcept {
  if (Slot* slot = pool_.take(kind, tid)) [[likely]]
    return slot;
  if (closed_.load(std::memory_order_acquire)) return nullptr;
  const std::uint64_t begin_ns = sys::clock_ns(CLOCK_MONOTONIC);
  Slot* const slot = wait_for_slot(kind, tid);
  wait_count_.fetch_add(1, std::memory_order_relaxed);
  wait_ns_.fetch_add(sys::clock_ns(CLOCK_MONOTONIC) - begin_ns, std::memory_order_relaxed);
  return slot;
}

Slot* SlotSupply::wait_for_slot(trace::ChunkKind kind, std::uint32_t tid) noexcept {
  for (;;) {
    // Read the word before trying: a slot freed after a failed try changes it, and the wait returns at once.
    const std::uint32_t seen = freed_word_.load(std::memory_order_acquire);
    if (Slot* slot = pool_.take(kind, tid)) return slot;
    if (closed_.load(std::memory_order_acquire)) return nullptr;
    // A flag that the writer takes down, not a counter: a signal handler may jump out of the wait.
    shortage_.store(true, std::memory_order_release);  // pairs with take_shortage()
    wake_writer();
    sys::futex_wait(freed_word_, seen);
  }
}

void SlotSupply::hand_over(Slot* slot) noexcept {
  {
    const sys::SignalPause pause;  // handed over once, and counted once
    pool_.hand_over(slot);
  }
  if (pool_.full_count() >= kWakeAtFullSlots && writer_asleep_.load(std::memory_order_relaxed) != 0) {
    wake_writer();
  }
}

void SlotSupply::close() noexcept {
  closed_.store(true, std::memory_order_release);
  slots_available();
}

void SlotSupply::writer_sleep(std::int64_t timeout_ns) noexcept {
  const std::uint32_t seen = writer_word_.load(std::memory_order_acquire);
  writer_asleep_.store(1, std::memory_order_seq_cst);  // before the checks: a later hand_over wakes us
  if (pool_.full_count() < kWakeAtFullSlots && !shortage()) {
    sys::futex_wait(writer_word_, seen, timeout_ns);
  }
  writer_asleep_.store(0, std::memory_order_relaxed);
}

void SlotSupply::wake_writer() noexcept {
  writer_word_.fetch_add(1, std::memory_order_release);  // pairs with the load in writer_sleep
  sys::futex_wake(writer_word_, 1);
}

void SlotSupply::slots_available() noexcept {
  freed_word_.fetch_add(1, std::memory_order_release);  // pairs with the load in take_waiting
  sys::futex_wake(freed_word_);
}

}  // namespace leak::hook
