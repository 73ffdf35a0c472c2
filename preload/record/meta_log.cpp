#include "record/meta_log.h"

#include <cstring>

#include "buffer/recording.h"
#include "sys/spin_lock.h"

namespace leak::hook {

namespace {

constinit sys::SpinLock g_meta_lock;
constinit Slot* g_meta_slot = nullptr;

// Writes the record if it fits. Requires: g_meta_lock held, g_meta_slot set.
bool put_locked(const trace::MetaHeader& header, std::size_t fixed_bytes,
                std::initializer_list<Bytes> parts) noexcept {
  const std::uint32_t used = g_meta_slot->used.load(std::memory_order_relaxed);
  if (used + header.record_bytes > trace::kSlotDataBytes) return false;
  char* const begin = reinterpret_cast<char*>(slot_data(g_meta_slot)) + used;
  char* out = begin;
  std::memcpy(out, &header, fixed_bytes);
  out += fixed_bytes;
  for (const Bytes& part : parts) {
    std::memcpy(out, part.data, part.size);
    out += part.size;
  }
  std::memset(out, 0, static_cast<std::size_t>(begin + header.record_bytes - out));
  // release: pairs with the reader of a killed process's journal.
  g_meta_slot->used.store(used + header.record_bytes, std::memory_order_release);
  return true;
}

}  // namespace

bool append_meta(trace::MetaHeader& header, std::size_t fixed_bytes,
                 std::initializer_list<Bytes> parts) noexcept {
  std::size_t bytes = fixed_bytes;
  for (const Bytes& part : parts) bytes += part.size;
  header.record_bytes = static_cast<std::uint32_t>(trace::padded_record_bytes(bytes));
  if (header.record_bytes > trace::kSlotDataBytes) return false;
  for (;;) {
    Slot* full = nullptr;
    {
      const sys::SpinGuard guard(g_meta_lock);
      if (g_meta_slot != nullptr && put_locked(header, fixed_bytes, parts)) return true;
      full = g_meta_slot;
      g_meta_slot = nullptr;
    }
    // Outside the lock, because this may wait for the writer.
    if (full != nullptr) g_recording.slots.hand_over(full);
    Slot* fresh = g_recording.slots.take_waiting(trace::ChunkKind::kMeta, 0);
    if (fresh == nullptr) return false;
    Slot* spare = nullptr;
    {
      const sys::SpinGuard guard(g_meta_lock);
      if (g_meta_slot == nullptr) {
        g_meta_slot = fresh;
      } else {
        spare = fresh;  // another thread was quicker
      }
    }
    if (spare != nullptr) g_recording.slots.hand_over(spare);
  }
}

void hand_over_meta() noexcept {
  Slot* slot = nullptr;
  {
    const sys::SpinGuard guard(g_meta_lock);
    slot = g_meta_slot;
    g_meta_slot = nullptr;
  }
  if (slot != nullptr) g_recording.slots.hand_over(slot);
}

void forget_meta_slot() noexcept {
  g_meta_lock.unlock();  // another thread of the parent may have held it at the fork
  g_meta_slot = nullptr;
}

}  // namespace leak::hook
