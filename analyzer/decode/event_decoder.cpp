#include "decode/event_decoder.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <utility>

#include "trace_format/column_codec.h"
#include "trace_format/raw_codec.h"

namespace leak::scan {

namespace {

constexpr std::uint64_t kAddressMask = ~std::uint64_t{0} >> 8;  // a step has room for 56 bits

constexpr std::uint64_t pack(std::uint64_t address, StepKind kind, trace::Op op) {
  return address << 8 | static_cast<std::uint64_t>(kind) << 6 | static_cast<std::uint64_t>(op);
}

}  // namespace

// Turns the events of one section, one after the other, into steps.
class EventDecoder::SectionWriter {
 public:
  SectionWriter(EventDecoder& decoder, DecodedChunk& chunk, Section& section)
      : decoder_(decoder), chunk_(chunk), section_(section) {
    decoder_.stack_.clear();
  }

  // False when the event's stack does not follow from the one before.
  bool put(const trace::Event& event, const std::uint32_t* pc_ids) {
    if (event.has_stack && !follow_stack(event, pc_ids)) return false;
    ++chunk_.events;
    if (decoder_.whole_events_) section_.events.push_back({event, stack()});
    const std::uint64_t time = event.ticks >> decoder_.shift_;
    const bool is_heap = trace::kind_of(event.op) < trace::OpKind::kMap;
    if (is_heap && event.address << 8 == 0) return true;  // no block is at 0: nothing to replay
    switch (trace::kind_of(event.op)) {
      case trace::OpKind::kAlloc:
        put_alloc(time, event);
        break;
      case trace::OpKind::kFree:
        put_free(time, event.op, event.address);
        break;
      case trace::OpKind::kResize:
        if (event.old_address << 8 != 0) {
          put_free(std::min(event.begin_ticks >> decoder_.shift_, time), event.op, event.old_address);
        }
        put_alloc(time, event);
        break;
      default:
        put_mapping(time, event);
        break;
    }
    return true;
  }

  void finish() {
    section_.open_allocation = open_allocation_;
    chunk_.last_time = std::max(chunk_.last_time, last_time_);
  }

 private:
  std::uint32_t stack() const { return decoder_.stack_.empty() ? 0 : decoder_.stack_.back().id; }

  // Only frames that were pushed are interned: the kept ones are known by their position.
  bool follow_stack(const trace::Event& event, const std::uint32_t* pc_ids) {
    std::vector<InternedStack>& frames = decoder_.stack_;
    if (event.keep > frames.size()) return false;
    frames.resize(event.keep);
    InternedStack stack = frames.empty() ? InternedStack{} : frames.back();
    for (std::uint32_t i = event.push; i != 0; --i) {
      stack = decoder_.interner_.intern(stack, pc_ids[i - 1]);
      frames.push_back(stack);
    }
    return true;
  }

  void put_alloc(std::uint64_t time, const trace::Event& event) {
    const unsigned size_class = static_cast<unsigned>(std::bit_width(event.size));
    ++chunk_.allocations_by_op[static_cast<std::size_t>(event.op)];
    ++chunk_.allocations_by_class[size_class];
    chunk_.bytes_by_class[size_class] += event.size;
    ++section_.allocations;
    section_.allocated_bytes += event.size;
    const bool is_huge = event.size >= kHugeSize;
    put_heap_step(next_time(time), pack(event.address, StepKind::kAlloc, event.op),
                  is_huge ? kHugeSize : static_cast<std::uint32_t>(event.size),
                  is_huge ? put_wide(event) : stack());
    open_allocation_ = event.address & kAddressMask;
  }

  void put_free(std::uint64_t time, trace::Op op, std::uint64_t address) {
    address &= kAddressMask;
    const bool is_temporary = open_allocation_ != 0 && open_allocation_ == address;
    put_heap_step(next_time(time), pack(address, StepKind::kFree, op), is_temporary ? kFreesPreviousStep : 0,
                  0);
    open_allocation_ = 0;
  }

  void put_mapping(std::uint64_t time, const trace::Event& event) {
    section_.steps.emplace_back(next_time(time), pack(event.address, StepKind::kMapping, event.op), 0U,
                                put_wide(event));
  }

  void put_heap_step(std::uint64_t time, std::uint64_t address_and_code, std::uint32_t size,
                     std::uint32_t stack) {
    if (section_.first_heap_step == Section::kNoStep) {
      section_.first_heap_step = static_cast<std::uint32_t>(section_.steps.size());
    }
    section_.steps.emplace_back(time, address_and_code, size, stack);
  }

  std::uint32_t put_wide(const trace::Event& event) {
    section_.wide.push_back({event, stack()});
    return static_cast<std::uint32_t>(section_.wide.size() - 1);
  }

  // Within a thread the order of the records is the truth; a clock that went backwards must not change it.
  std::uint64_t next_time(std::uint64_t time) {
    last_time_ = std::max(last_time_, time);
    return last_time_;
  }

  EventDecoder& decoder_;
  DecodedChunk& chunk_;
  Section& section_;
  std::uint64_t last_time_ = 0;
  std::uint64_t open_allocation_ = 0;
};

namespace {

// The parts of an events body, lengths checked.
struct EventsBody {
  std::span<const std::uint8_t> table;
  std::array<std::span<const std::uint8_t>, trace::kColumnCount> columns;
  std::uint32_t section_count = 0;
  bool uses_address_model = false;
  bool complete = false;
};

EventsBody split_body(std::span<const std::uint8_t> body) {
  EventsBody parts;
  trace::EventsHeader header{};
  if (body.size() < sizeof header) return parts;
  std::memcpy(&header, body.data(), sizeof header);
  body = body.subspan(sizeof header);
  if ((header.flags & ~trace::kEventsAddressModel) != 0) return parts;  // a coding of a newer minor version
  parts.uses_address_model = (header.flags & trace::kEventsAddressModel) != 0;
  const std::uint64_t table_bytes = std::uint64_t{header.section_count} * sizeof(trace::SectionEntry);
  std::array<std::uint32_t, trace::kColumnCount> lengths{};
  if (body.size() < table_bytes + sizeof lengths) return parts;
  parts.section_count = header.section_count;
  parts.table = body.first(static_cast<std::size_t>(table_bytes));
  body = body.subspan(static_cast<std::size_t>(table_bytes));
  std::memcpy(lengths.data(), body.data(), sizeof lengths);
  body = body.subspan(sizeof lengths);
  for (std::size_t i = 0; i != trace::kColumnCount; ++i) {
    if (lengths[i] > body.size()) return parts;
    parts.columns[i] = body.first(lengths[i]);
    body = body.subspan(lengths[i]);
  }
  parts.complete = true;
  return parts;
}

}  // namespace

bool EventDecoder::decode_event(trace::ColumnDecoder& decoder, SectionWriter& writer) {
  trace::Event event;
  if (!decoder.get(event)) return false;
  if (pc_ids_.size() < event.push) [[unlikely]]
    pc_ids_.resize(event.push);  // at most kMaxStackDepth
  return decoder.get_pcs(pc_ids_.data(), event.push) && writer.put(event, pc_ids_.data());
}

void EventDecoder::decode_columns(std::span<const std::uint8_t> body, DecodedChunk& chunk) {
  const EventsBody parts = split_body(body);
  if (!parts.complete) {
    chunk.torn = true;
    return;
  }
  trace::ColumnDecoder decoder;
  for (std::size_t i = 0; i != trace::kColumnCount; ++i) {
    const std::span<const std::uint8_t> column = parts.columns[i];
    decoder.set_column(static_cast<trace::Column>(i), column.data(), column.data() + column.size());
  }
  if (parts.uses_address_model) {
    if (address_model_ == nullptr) address_model_ = std::make_unique<trace::AddressModel>();
    address_model_->begin_chunk();
    decoder.set_address_model(address_model_.get());
  }
  std::size_t ops_left = parts.columns[static_cast<std::size_t>(trace::Column::kOp)].size();
  for (std::uint32_t i = 0; i != parts.section_count && !chunk.torn; ++i) {
    trace::SectionEntry entry{};
    std::memcpy(&entry, parts.table.data() + i * sizeof entry, sizeof entry);
    // One byte an event in the op column: this bounds the memory that a hostile count can ask for.
    if (entry.event_count > ops_left) {
      chunk.torn = true;
      break;
    }
    ops_left -= entry.event_count;
    Section& section = chunk.sections.emplace_back();
    section.chunk_id = entry.chunk_id;
    section.tid = entry.tid;
    section.steps.reserve(entry.event_count);
    SectionWriter writer(*this, chunk, section);
    decoder.begin_section(shift_, entry.tid);
    for (std::uint32_t n = 0; n != entry.event_count && !chunk.torn; ++n) {
      chunk.torn = !decode_event(decoder, writer);
    }
    writer.finish();
  }
}

void EventDecoder::decode_raw(std::uint64_t chunk_id, std::uint32_t tid, std::span<const std::uint64_t> words,
                              DecodedChunk& chunk) {
  Section& section = chunk.sections.emplace_back();
  section.chunk_id = chunk_id;
  section.tid = tid;
  SectionWriter writer(*this, chunk, section);
  const std::uint64_t* cursor = words.data();
  const std::uint64_t* const end = words.data() + words.size();
  while (cursor != end) {
    trace::Event event;
    const std::uint32_t* pc_ids = nullptr;
    if (!trace::get_raw_event(cursor, end, event, pc_ids)) {
      chunk.torn = true;
      break;
    }
    // A column event has quantised times; the same event must look the same when it comes from the journal.
    event.ticks = event.ticks >> shift_ << shift_;
    event.begin_ticks = event.begin_ticks >> shift_ << shift_;
    if (!writer.put(event, pc_ids)) {
      chunk.torn = true;
      break;
    }
  }
  writer.finish();
}

}  // namespace leak::scan
