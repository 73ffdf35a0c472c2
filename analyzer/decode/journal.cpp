#include "decode/journal.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <span>
#include <unordered_set>
#include <utility>

#include "base/damage.h"

namespace leak::scan {

namespace {

// 1 GiB of unwritten slots: far above what the hook can have, low enough for any machine.
constexpr std::size_t kMaxSlots = 16384;

template <class T>
T field(std::span<const std::uint8_t> bytes, std::size_t offset) {
  T value{};
  std::memcpy(&value, bytes.data() + offset, sizeof value);
  return value;
}

std::vector<std::uint64_t> read_words(const ByteSource& source, std::uint64_t offset, std::size_t bytes) {
  std::vector<std::uint64_t> words(bytes / 8);
  const std::size_t got =
      source.read_at(offset, {reinterpret_cast<std::uint8_t*>(words.data()), words.size() * 8});
  words.resize(got / 8);
  return words;
}

using SlotHead = std::array<std::uint8_t, sizeof(trace::SlotHeader)>;

// nullopt: free, or given back to the pool while we read it (its data is in the trace then).
std::optional<JournalSlot> read_slot(const ByteSource& source, std::uint64_t offset,
                                     Diagnostics& diagnostics) {
  SlotHead head{};
  if (source.read_at(offset, head) != head.size()) return std::nullopt;
  JournalSlot slot;
  slot.chunk_id = field<std::uint64_t>(head, offsetof(trace::SlotHeader, chunk_id));
  if (slot.chunk_id == 0) return std::nullopt;
  slot.kind = field<trace::ChunkKind>(head, offsetof(trace::SlotHeader, kind));
  slot.tid = field<std::uint32_t>(head, offsetof(trace::SlotHeader, tid));
  slot.file_offset = offset;
  const std::uint32_t used = field<std::uint32_t>(head, offsetof(trace::SlotHeader, used));
  const bool known_kind = slot.kind == trace::ChunkKind::kMeta || slot.kind == trace::ChunkKind::kEvents;
  if (!known_kind || used > trace::kSlotDataBytes || used % 8 != 0) {
    note_damage(diagnostics, offset);
    if (!known_kind) return std::nullopt;
  }
  slot.words = read_words(source, offset + sizeof(trace::SlotHeader),
                          std::min<std::size_t>(used, trace::kSlotDataBytes));
  SlotHead again{};
  if (source.read_at(offset, again) != again.size()) return std::nullopt;
  if (field<std::uint64_t>(again, offsetof(trace::SlotHeader, chunk_id)) != slot.chunk_id)
    return std::nullopt;
  return slot;
}

void read_slots(const ByteSource& source, Journal& journal, Diagnostics& diagnostics) {
  // The file says how many slots there are: slot_count might be damaged, and unused slots are free anyway.
  const std::uint64_t size = source.size();
  const std::uint64_t in_file =
      size > trace::kJournalSlotsOffset
          ? (size - trace::kJournalSlotsOffset + trace::kSlotBytes - 1) / trace::kSlotBytes
          : 0;
  std::unordered_set<std::uint64_t> seen;
  for (std::uint64_t i = 0; i != std::min<std::uint64_t>(in_file, kMaxSlots); ++i) {
    std::optional<JournalSlot> slot =
        read_slot(source, trace::kJournalSlotsOffset + i * trace::kSlotBytes, diagnostics);
    if (!slot) continue;
    if (!seen.insert(slot->chunk_id).second) {
      note_damage(diagnostics, slot->file_offset);
      continue;
    }
    journal.slots.push_back(std::move(*slot));
  }
  if (in_file > kMaxSlots)
    note_damage(diagnostics, trace::kJournalSlotsOffset + kMaxSlots * trace::kSlotBytes);
  std::sort(journal.slots.begin(), journal.slots.end(),
            [](const JournalSlot& a, const JournalSlot& b) { return a.chunk_id < b.chunk_id; });
}

}  // namespace

std::optional<Journal> read_journal(const ByteSource& source, Diagnostics& diagnostics) {
  std::array<std::uint8_t, sizeof(trace::JournalHeader)> head{};
  if (source.read_at(0, head) != head.size()) return std::nullopt;
  using Header = trace::JournalHeader;
  if (field<std::uint64_t>(head, offsetof(Header, magic)) != trace::kJournalMagic) return std::nullopt;
  Journal journal;
  journal.version = field<std::uint16_t>(head, offsetof(Header, version));
  if (journal.version >> 8 > trace::kFormatMajor) return std::nullopt;
  if (field<std::uint32_t>(head, offsetof(Header, slot_bytes)) != trace::kSlotBytes) return std::nullopt;
  journal.pid = field<std::uint32_t>(head, offsetof(Header, pid));
  journal.process_start_ticks = field<std::uint64_t>(head, offsetof(Header, process_start_ticks));
  journal.last_ticks = field<std::uint64_t>(head, offsetof(Header, last_ticks));
  journal.last_mono_ns = field<std::uint64_t>(head, offsetof(Header, last_mono_ns));
  for (std::size_t i = 0; i != trace::kDropReasonCount; ++i) {
    journal.drops += field<std::uint64_t>(head, offsetof(Header, drops) + 8 * i);
  }
  const std::size_t process_bytes = field<std::uint32_t>(head, offsetof(Header, process_bytes));
  journal.process_record =
      read_words(source, trace::kJournalProcessOffset, std::min(process_bytes, trace::kJournalProcessBytes));
  read_slots(source, journal, diagnostics);
  return journal;
}

}  // namespace leak::scan
