#include "decode/event_decoder.h"

#include <cstring>

#include "trace_format/column_decoder.h"
#include "trace_format/raw_codec.h"

namespace leak::scan {

bool EventDecoder::decode_section(trace::ColumnDecoder& decoder, std::size_t event_count, bool in_batches,
                                  SectionWriter& writer) {
  for (std::size_t done = 0; done != event_count;) {
    if (in_batches) {
      if (!batch_.take(decoder, event_count - done)) return false;
      writer.put(batch_);
      done += batch_.count();
    } else {
      if (!decode_event(decoder, writer)) return false;
      ++done;
    }
  }
  return true;
}

bool EventDecoder::decode_event(trace::ColumnDecoder& decoder, SectionWriter& writer) {
  trace::Event event;
  if (!decoder.get(event)) return false;
  if (pc_ids_.size() < event.push) [[unlikely]]
    pc_ids_.resize(event.push);  // at most kMaxStackDepth
  return decoder.get_pcs(pc_ids_.data(), event.push) && writer.put(event, pc_ids_.data());
}

void EventDecoder::decode_columns(std::span<const std::uint8_t> body, DecodedChunk& chunk) {
  const EventsBody parts = split_events_body(body);
  if (!parts.complete) {
    chunk.torn = true;
    return;
  }
  // Event by event goes what no batch can do: events wanted whole, chunks from before there were
  // dictionaries, and damaged ones, of which all is kept that comes before the damage.
  const bool has_dictionary = (parts.flags & trace::kEventsDictionary) != 0;
  if (has_dictionary && !options_.whole_events) {
    const DecodedChunk empty = chunk;
    if (decode_sections(parts, true, chunk)) return;
    std::vector<StackThread> stack_threads = std::move(chunk.stack_threads);  // nobody notes them again
    chunk = empty;
    chunk.stack_threads = std::move(stack_threads);
  }
  chunk.torn = !decode_sections(parts, false, chunk);
}

trace::ColumnDecoder EventDecoder::decoder_of(const EventsBody& parts) {
  trace::ColumnDecoder decoder;
  for (std::size_t i = 0; i != trace::kColumnCount; ++i) {
    const std::span<const std::uint8_t> column = parts.columns[i];
    decoder.set_column(static_cast<trace::Column>(i), column.data(), column.data() + column.size());
  }
  decoder.set_flags(parts.flags);
  if ((parts.flags & trace::kEventsAddressModel) != 0) {
    if (address_model_ == nullptr) address_model_ = std::make_unique<trace::AddressModel>();
    address_model_->begin_chunk();
    decoder.set_address_model(address_model_.get());
  }
  if ((parts.flags & trace::kEventsDictionary) != 0) {
    if (dictionary_ == nullptr) dictionary_ = std::make_unique<trace::DictionaryReader>();
    dictionary_->begin_chunk();
    stack_.begin_chunk();
    decoder.set_dictionary(dictionary_.get());
  }
  return decoder;
}

bool EventDecoder::decode_sections(const EventsBody& parts, bool in_batches, DecodedChunk& chunk) {
  trace::ColumnDecoder decoder = decoder_of(parts);
  const trace::Column of_each_event =
      decoder.dictionary() != nullptr ? trace::Column::kEntry : trace::Column::kOp;
  std::size_t events_left = parts.columns[static_cast<std::size_t>(of_each_event)].size();
  for (std::uint32_t i = 0; i != parts.section_count; ++i) {
    trace::SectionEntry entry{};
    std::memcpy(&entry, parts.table.data() + i * sizeof entry, sizeof entry);
    // A byte an event at least: this bounds the memory that a hostile count can ask for.
    if (entry.event_count > events_left) return false;
    events_left -= entry.event_count;
    Section& section = chunk.sections.emplace_back();
    section.chunk_id = entry.chunk_id;
    section.tid = entry.tid;
    section.steps.reserve(entry.event_count);
    SectionWriter writer(options_, stack_, threads_, chunk, section);
    decoder.begin_section(options_.time_quantum_shift, entry.tid);
    const bool is_whole = decode_section(decoder, entry.event_count, in_batches, writer);
    writer.finish();
    if (!is_whole) return false;
  }
  return true;
}

void EventDecoder::decode_raw(std::uint64_t chunk_id, std::uint32_t tid, std::span<const std::uint64_t> words,
                              DecodedChunk& chunk) {
  Section& section = chunk.sections.emplace_back();
  section.chunk_id = chunk_id;
  section.tid = tid;
  SectionWriter writer(options_, stack_, threads_, chunk, section);
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
    const bool has_exact_time = trace::kind_of(event.op) == trace::OpKind::kResource;
    if (!has_exact_time) event.ticks = event.ticks >> options_.time_quantum_shift << options_.time_quantum_shift;
    event.begin_ticks = event.begin_ticks >> options_.time_quantum_shift << options_.time_quantum_shift;
    if (!writer.put(event, pc_ids)) {
      chunk.torn = true;
      break;
    }
  }
  writer.finish();
}

}  // namespace leak::scan
