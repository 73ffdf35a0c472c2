#include "sink/batch.h"

#if defined(__x86_64__)
#include <cpuid.h>
#endif

#include "sys/pages.h"

namespace leak::hook {

namespace {

constexpr std::size_t kWords = trace::kSlotDataBytes / sizeof(std::uint64_t);
// An upper bound for what one slot adds to one column: every event is at least kRawFixedWords long, and pcs
// are half a word each in the slot.
constexpr std::size_t kColumnBytesPerSlot =
    (kWords / trace::kRawFixedWords + 1) * trace::column_bytes_bound(0) + kWords * 2 * 5;
constexpr std::size_t kColumnBytes = kColumnBytesPerSlot * Batch::kMaxSections;

// The event at `cursor` to the columns. false: it makes no sense; the rest of the slot is lost.
inline bool put_next(trace::ColumnEncoder& encoder, const std::uint64_t*& cursor,
                     const std::uint64_t* end) noexcept {
  const std::uint64_t* const at = cursor;
  const trace::RawShape shape = end - at >= static_cast<std::ptrdiff_t>(trace::kRawPlainWords)
                                    ? trace::raw_shape(at)
                                    : trace::RawShape::kOther;
  if (shape == trace::RawShape::kOther) [[unlikely]] {
    trace::Event event;
    const std::uint32_t* pc_ids = nullptr;
    if (!trace::get_raw_event(cursor, end, event, pc_ids)) return false;
    encoder.put(event, pc_ids);
    return true;
  }
  const trace::Op op = static_cast<trace::Op>(at[1] & (trace::kNoStackBit - 1));
  const std::uint64_t address = at[1] >> 8;
  if (shape == trace::RawShape::kFree) {
    cursor = at + trace::kRawFixedWords;
    encoder.put_free(op, at[0], address);
  } else {
    const std::uint32_t push = static_cast<std::uint32_t>(at[2] >> 48);
    const auto* const pc_ids = reinterpret_cast<const std::uint32_t*>(at + trace::kRawFixedWords);
    cursor = at + trace::kRawFixedWords + (push + 1) / 2;
    encoder.put_allocation(op, at[0], address, at[2] & 0xffffffff, at[2] >> 32 & 0xffff, push, pc_ids);
  }
  return true;
}

// All events of a slot to the columns; how many they are.
[[gnu::always_inline]] inline std::uint32_t split(trace::ColumnEncoder& columns, const Slot* slot,
                                                  std::uint32_t time_quantum_shift) noexcept {
  // A copy whose address nobody has: the compiler keeps the column ends in registers, which it may not do for
  // the original, because every byte written could alias it.
  trace::ColumnEncoder encoder = columns;
  encoder.begin_section(time_quantum_shift, slot->tid);
  const std::uint64_t* cursor = reinterpret_cast<const std::uint64_t*>(slot + 1);
  // acquire: pairs with the recorder's commit.
  const std::uint64_t* const end =
      cursor + slot->used.load(std::memory_order_acquire) / sizeof(std::uint64_t);
  std::uint32_t count = 0;
  while (cursor != end && put_next(encoder, cursor, end)) ++count;
  encoder.end_section();
  columns = encoder;
  return count;
}

// The same code for every processor and for those whose shifts need no flags, which is a sixth to a fifth faster
// (encode_bench): variable-length integers are mostly shifts.
[[gnu::flatten]] std::uint32_t split_anywhere(trace::ColumnEncoder& columns, const Slot* slot,
                                              std::uint32_t time_quantum_shift) noexcept {
  return split(columns, slot, time_quantum_shift);
}
#if defined(__x86_64__)
[[gnu::flatten, gnu::target("bmi,bmi2,lzcnt")]] std::uint32_t split_with_bmi2(
    trace::ColumnEncoder& columns, const Slot* slot, std::uint32_t time_quantum_shift) noexcept {
  return split(columns, slot, time_quantum_shift);
}
bool has_bmi2() noexcept {
  constexpr unsigned kExtendedFeatures = 0x80000001;
  constexpr unsigned kLzcnt = 1U << 5;  // in ecx
  unsigned eax = 0, ebx = 0, ecx = 0, edx = 0;
  if (__get_cpuid(kExtendedFeatures, &eax, &ebx, &ecx, &edx) == 0 || (ecx & kLzcnt) == 0) return false;
  __builtin_cpu_init();
  return __builtin_cpu_supports("bmi") != 0 && __builtin_cpu_supports("bmi2") != 0;
}
#else
constexpr auto split_with_bmi2 = split_anywhere;
bool has_bmi2() noexcept { return false; }
#endif

constinit decltype(&split_anywhere) g_split = split_anywhere;  // Batch::open() chooses

}  // namespace

bool Batch::open(bool use_address_model) noexcept {
  if (has_bmi2()) g_split = split_with_bmi2;
  for (std::size_t i = 0; i != trace::kColumnCount; ++i) {
    const trace::Column column = static_cast<trace::Column>(i);
    if (encoder_.column(column).begin != nullptr) continue;  // a forked child opens again
    void* memory = sys::map_pages(kColumnBytes);
    if (memory == nullptr) return false;
    encoder_.set_column(column, static_cast<std::uint8_t*>(memory));
  }
  if (use_address_model && address_model_ == nullptr) {
    address_model_ = static_cast<trace::AddressModel*>(sys::map_pages(sizeof(trace::AddressModel)));
    if (address_model_ == nullptr) return false;
  }
  if (dictionary_ == nullptr)
    dictionary_ = static_cast<trace::EventDictionary*>(sys::map_pages(sizeof(trace::EventDictionary)));
  if (dictionary_ == nullptr) return false;
  encoder_.set_dictionary(dictionary_);
  encoder_.set_address_model(address_model_);
  clear();
  return true;
}

void Batch::add(Slot* slot) noexcept {
  const std::uint32_t count = g_split(encoder_, slot, time_quantum_shift_);
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
  const std::uint32_t flags = trace::kEventsTimeRuns | trace::kEventsDictionary |
                              (encoder_.has_address_model() ? trace::kEventsAddressModel : 0);
  const trace::EventsHeader events = {section_count_, flags};
  const std::size_t table_bytes = section_count_ * sizeof(trace::SectionEntry);
  const std::size_t body_bytes = sizeof(events) + table_bytes + sizeof(lengths) + column_bytes;

  header = trace::ChunkHeader{};
  header.magic = trace::kChunkMagic;
  header.kind = trace::ChunkKind::kEvents;
  header.version = encoder_.has_address_model() ? trace::kModelVersion : trace::kDictionaryVersion;
  header.chunk_id = sections_[0].chunk_id;
  header.first_ticks = encoder_.first_time() << time_quantum_shift_;
  header.last_ticks = ((encoder_.last_time() + 1) << time_quantum_shift_) - 1;
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
  dictionary_->begin_chunk();
  if (address_model_ != nullptr) address_model_->begin_chunk();
  section_count_ = 0;
  event_count_ = 0;
}

}  // namespace leak::hook
