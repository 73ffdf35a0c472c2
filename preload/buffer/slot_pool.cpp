#include "buffer/slot_pool.h"

namespace leak::hook {

namespace {

constexpr std::uint64_t kLowHalf = 0xffffffff;

}  // namespace

Slot* SlotPool::at(std::uint32_t index) const noexcept {
  char* segment = static_cast<char*>(segments_[index / kSlotsPerSegment]);
  return reinterpret_cast<Slot*>(segment + std::size_t{index % kSlotsPerSegment} * trace::kSlotBytes);
}

Slot* SlotPool::take(trace::ChunkKind kind, std::uint32_t tid) noexcept {
  // acquire: pairs with push_free, so that the writer is done with the slot's bytes before we fill them.
  std::uint64_t head = free_.load(std::memory_order_acquire);
  std::uint64_t wanted;
  do {
    const std::uint32_t number = static_cast<std::uint32_t>(head & kLowHalf);
    if (number == 0) return nullptr;
    const std::uint32_t after = next_[number - 1].load(std::memory_order_relaxed);
    wanted = ((head >> 32) + 1) << 32 | after;
  } while (!free_.compare_exchange_weak(head, wanted, std::memory_order_acquire, std::memory_order_acquire));

  const std::uint32_t index = static_cast<std::uint32_t>(head & kLowHalf) - 1;
  note_taken(index);
  Slot* slot = at(index);
  slot->index = index;
  slot->kind = kind;
  slot->tid = tid;
  slot->used.store(0, std::memory_order_relaxed);
  assign_id(slot);
  return slot;
}

void SlotPool::note_taken(std::uint32_t index) noexcept {
  std::uint32_t end = taken_end_.load(std::memory_order_relaxed);
  // release: whoever looks through the slots below taken_end() sees this one.
  while (end <= index && !taken_end_.compare_exchange_weak(end, index + 1, std::memory_order_release,
                                                           std::memory_order_relaxed)) {
  }
}

void SlotPool::renew(Slot* slot) noexcept {
  slot->chunk_id.store(0, std::memory_order_release);  // first of all: the journal must not repeat the trace
  slot->used.store(0, std::memory_order_relaxed);
  assign_id(slot);
}

void SlotPool::assign_id(Slot* slot) noexcept {
  const std::uint64_t id = new_chunk_id();
  // release: an analyzer that finds the id in the journal of a killed process finds the fields above too.
  slot->chunk_id.store(id, std::memory_order_release);
}

void SlotPool::hand_over(Slot* slot) noexcept {
  const std::uint32_t number = slot->index + 1;
  std::uint32_t head = full_.load(std::memory_order_relaxed);
  do {
    next_[slot->index].store(head, std::memory_order_relaxed);
    // release: pairs with collect(); the slot's bytes are visible to the writer.
  } while (!full_.compare_exchange_weak(head, number, std::memory_order_release, std::memory_order_relaxed));
  full_count_.fetch_add(1, std::memory_order_relaxed);
}

Slot* SlotPool::collect() noexcept {
  // acquire: pairs with hand_over().
  std::uint32_t number = full_.exchange(0, std::memory_order_acquire);
  std::uint32_t oldest = 0;
  std::uint32_t count = 0;
  while (number != 0) {  // reverse: newest first becomes oldest first
    const std::uint32_t after = next_[number - 1].load(std::memory_order_relaxed);
    next_[number - 1].store(oldest, std::memory_order_relaxed);
    oldest = number;
    number = after;
    ++count;
  }
  full_count_.fetch_sub(count, std::memory_order_relaxed);
  return oldest == 0 ? nullptr : at(oldest - 1);
}

Slot* SlotPool::next(const Slot* slot) const noexcept {
  const std::uint32_t number = next_[slot->index].load(std::memory_order_relaxed);
  return number == 0 ? nullptr : at(number - 1);
}

void SlotPool::release(Slot* slot) noexcept {
  slot->chunk_id.store(0, std::memory_order_release);  // first of all: the journal must not repeat the trace
  push_free(slot->index);
}

void SlotPool::push_free(std::uint32_t index) noexcept {
  std::uint64_t head = free_.load(std::memory_order_relaxed);
  std::uint64_t wanted;
  do {
    next_[index].store(static_cast<std::uint32_t>(head & kLowHalf), std::memory_order_relaxed);
    wanted = ((head >> 32) + 1) << 32 | (index + 1);
    // release: pairs with take().
  } while (!free_.compare_exchange_weak(head, wanted, std::memory_order_release, std::memory_order_relaxed));
}

void SlotPool::add_segment(void* memory) noexcept {
  const std::uint32_t first = slot_count_.load(std::memory_order_relaxed);
  segments_[first / kSlotsPerSegment] = memory;
  // release: whoever sees the count can use at() below it.
  slot_count_.store(first + kSlotsPerSegment, std::memory_order_release);
  for (std::uint32_t i = kSlotsPerSegment; i-- != 0;) push_free(first + i);
}

}  // namespace leak::hook
