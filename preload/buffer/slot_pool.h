// The journal's slots in memory: free ones for the producers, full ones for the writer thread. Producers and
// writer meet only in two atomic words; nobody takes a lock.
//
// A slot's way: take() by a thread, filled by that thread alone, hand_over() to the writer, collect()ed in the
// order of handing over, release()d once its content stands in the trace file.
#pragma once

#include <atomic>
#include <cstdint>

#include "trace_format/layout.h"

namespace leak::hook {

using Slot = trace::SlotHeader;

inline std::uint64_t* slot_data(Slot* slot) noexcept { return reinterpret_cast<std::uint64_t*>(slot + 1); }
inline std::uint64_t* slot_end(Slot* slot) noexcept {
  return slot_data(slot) + trace::kSlotDataBytes / sizeof(std::uint64_t);
}

class SlotPool {
 public:
  static constexpr std::uint32_t kSlotsPerSegment = 16;
  static constexpr std::uint32_t kMaxSegments = 2048;
  static constexpr std::uint32_t kMaxSlots = kSlotsPerSegment * kMaxSegments;

  // Any thread. A free slot, marked as `kind` of `tid` with a fresh chunk id, or nullptr.
  Slot* take(trace::ChunkKind kind, std::uint32_t tid) noexcept;
  // Any thread; the slot is the writer's from here on.
  void hand_over(Slot* slot) noexcept;
  // Full slots wait for the writer (a hint for deciding whether to wake it).
  bool has_full() const noexcept { return full_.load(std::memory_order_relaxed) != 0; }
  // Somebody could take one right now.
  bool has_free() const noexcept { return (free_.load(std::memory_order_relaxed) & 0xffffffff) != 0; }
  std::uint32_t slot_count() const noexcept { return slot_count_.load(std::memory_order_acquire); }
  // No slot from this number on was ever taken. Low numbers are taken first, so that the memory of a program
  // that does little stays untouched.
  std::uint32_t taken_end() const noexcept { return taken_end_.load(std::memory_order_acquire); }
  std::uint32_t full_count() const noexcept { return full_count_.load(std::memory_order_relaxed); }

  // Writer only. All handed-over slots, oldest first, linked through next().
  Slot* collect() noexcept;
  Slot* next(const Slot* slot) const noexcept;
  // Writer only. The content stands in the trace.
  void release(Slot* slot) noexcept;
  // The owner of a slot whose content stands in the trace starts it anew, under a new chunk id.
  void renew(Slot* slot) noexcept;
  // Writer only. kSlotsPerSegment zero-filled slots become part of the pool.
  void add_segment(void* memory) noexcept;
  void* segment(std::uint32_t number) const noexcept { return segments_[number]; }
  // For a chunk that never was in a slot.
  std::uint64_t new_chunk_id() noexcept { return last_chunk_id_.fetch_add(1, std::memory_order_relaxed) + 1; }
  // Any slot by number, below slot_count().
  Slot* at(std::uint32_t index) const noexcept;

 private:
  void assign_id(Slot* slot) noexcept;
  void note_taken(std::uint32_t index) noexcept;
  void push_free(std::uint32_t index) noexcept;

  // A stack of slot numbers + 1 in the low half; the high half counts operations, so that a pop that was
  // overtaken by pop-and-push of the same slot fails.
  std::atomic<std::uint64_t> free_{0};
  std::atomic<std::uint32_t> full_{0};  // newest first; slot number + 1
  std::atomic<std::uint32_t> full_count_{0};
  std::atomic<std::uint32_t> slot_count_{0};
  std::atomic<std::uint32_t> taken_end_{0};
  std::atomic<std::uint64_t> last_chunk_id_{0};
  void* segments_[kMaxSegments] = {};
  std::atomic<std::uint32_t> next_[kMaxSlots] = {};  // slot number + 1 of the next one in its list
};

}  // namespace leak::hook
