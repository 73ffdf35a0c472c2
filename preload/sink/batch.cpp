#include "sink/batch.h"

#include "sys/pages.h"

namespace leak::hook {

namespace {

constexpr std::size_t kWords = trace::kSlotDataBytes / sizeof(std::uint64_t);
// An upper bound for what one slot adds to one column: every event is at least kRawFixedWords long, and pcs
// are half a word each in the slot.
constexpr std::size_t kColumnBytesPerSlot =
    (kWords / trace::kRawFixedWords + 1) * trace::column_bytes_bound(0) + kWords * 2 * 5;
constexpr std::size_t kColumnBytes = kColumnBytesPerSlot * Batch::kMaxSections;

}  // namespace

bool Batch::open() noexcept {
  for (std::size_t i = 0; i != trace::kColumnCount; ++i) {
    const trace::Column column = static_cast<trace::Column>(i);
    if (encoder_.column(column).begin != nullptr) continue;  // a forked child opens again
    void* memory = sys::map_pages(kColumnBytes);
    if (memory == nullptr) return false;
    encoder_.set_column(column, static_cast<std::uint8_t*>(memory));
  }
  clear();
  return true;
}

void Batch::add(Slot* slot) noexcept {
  // A copy whose address nobody has: the compiler keeps the column ends in registers, which it may not do for
  // a member, because every byte written could alias it.
  trace::ColumnEncoder encoder = encoder_;
  encoder.begin_section(time_quantum_shift_);
  const std::uint64_t* cursor = slot_data(slot);
  // acquire: pairs with the recorder's commit.
  const std::uint64_t* const end =
      cursor + slot->used.load(std::memory_order_acquire) / sizeof(std::uint64_t);
  trace::Event event;
  const std::uint32_t* pc_ids = nullptr;
  std::uint32_t count = 0;
  std::uint64_t first_ticks = empty() ? UINT64_MAX : first_ticks_;
  std::uint64_t last_ticks = last_ticks_;
  while (cursor != end && trace::get_raw_event(cursor, end, event, pc_ids)) {
    encoder.put(event, pc_ids);
    if (event.begin_ticks < first_ticks) first_ticks = event.begin_ticks;
    if (event.ticks > last_ticks) last_ticks = event.ticks;
    ++count;
  }
  encoder_ = encoder;
  first_ticks_ = first_ticks;
  last_ticks_ = last_ticks;
  sections_[section_count_] = {slot->chunk_id.load(std::memory_order_relaxed), slot->tid, count};
  slots_[section_count_] = slot;
  ++section_count_;
  event_count_ += count;
}

std::uint32_t Batch::tid() const noexcept {
  for (std::uint32_t i = 1; i < section_count_; ++i) {
    if (sections_[i].tid != sections_[0].tid) return 0;
  }
  return sections_[0].tid;
}

Compressor::Frame Batch::compress(Compressor& compressor, trace::ChunkHeader& header) noexcept {
  std::uint32_t lengths[trace::kColumnCount];
  std::size_t column_bytes = 0;
  for (std::size_t i = 0; i != trace::kColumnCount; ++i) {
    const auto& column = encoder_.column(static_cast<trace::Column>(i));
    lengths[i] = static_cast<std::uint32_t>(column.end - column.begin);
    column_bytes += lengths[i];
  }
  const trace::EventsHeader events = {section_count_, 0};
  const std::size_t table_bytes = section_count_ * sizeof(trace::SectionEntry);
  const std::size_t body_bytes = sizeof(events) + table_bytes + sizeof(lengths) + column_bytes;

  header = trace::ChunkHeader{};
  header.magic = trace::kChunkMagic;
  header.kind = trace::ChunkKind::kEvents;
  header.version = trace::kFormatVersion;
  header.chunk_id = sections_[0].chunk_id;
  header.first_ticks = first_ticks_;
  header.last_ticks = last_ticks_;
  header.body_bytes = static_cast<std::uint32_t>(body_bytes);
  header.item_count = event_count_;

  compressor.begin(sizeof(header) + body_bytes);
  compressor.add(&header, sizeof(header));
  compressor.add(&events, sizeof(events));
  compressor.add(sections_, table_bytes);
  compressor.add(lengths, sizeof(lengths));
  for (std::size_t i = 0; i != trace::kColumnCount; ++i) {
    if (lengths[i] == 0) continue;
    compressor.end_block();
    compressor.add(encoder_.column(static_cast<trace::Column>(i)).begin, lengths[i]);
  }
  return compressor.finish();
}

void Batch::release(SlotPool& pool) noexcept {
  for (std::uint32_t i = 0; i != section_count_; ++i) pool.release(slots_[i]);
  clear();
}

void Batch::clear() noexcept {
  encoder_.clear();
  section_count_ = 0;
  event_count_ = 0;
  first_ticks_ = 0;
  last_ticks_ = 0;
}

}  // namespace leak::hook
