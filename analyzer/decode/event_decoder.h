// The body of an events chunk, or the words of a journal slot, to sections of steps.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "decode/column_batch.h"
#include "decode/event_batch.h"
#include "decode/events_body.h"
#include "decode/sample_weights.h"
#include "decode/section_writer.h"
#include "decode/stack_interner.h"
#include "trace_format/address_model.h"
#include "trace_format/column_decoder.h"

namespace leak::scan {

// Not thread-safe; one for each worker, because stacks are interned in its own table.
class EventDecoder {
 public:
  EventDecoder(SamplePeriods sampling, std::uint32_t time_quantum_shift, bool whole_events)
      : options_{std::move(sampling), time_quantum_shift, whole_events}, stack_(interner_) {}

  EventDecoder(const EventDecoder&) = delete;
  EventDecoder& operator=(const EventDecoder&) = delete;

  // Appends the sections of `body` to `chunk`. Sets chunk.torn when it ends early; what came before is kept.
  void decode_columns(std::span<const std::uint8_t> body, DecodedChunk& chunk);
  void decode_raw(std::uint64_t chunk_id, std::uint32_t tid, std::span<const std::uint64_t> words,
                  DecodedChunk& chunk);

  const StackInterner& stacks() const { return interner_; }

 private:
  trace::ColumnDecoder decoder_of(const EventsBody& parts);
  // False: it ends early.
  bool decode_sections(const EventsBody& parts, bool in_batches, DecodedChunk& chunk);
  bool decode_section(trace::ColumnDecoder& decoder, std::size_t event_count, bool in_batches,
                      SectionWriter& writer);
  bool decode_event(trace::ColumnDecoder& decoder, SectionWriter& writer);

  StackInterner interner_;
  std::unique_ptr<trace::AddressModel> address_model_;  // made when the first chunk wants it, as is
  std::unique_ptr<trace::DictionaryReader> dictionary_;
  SectionWriter::Options options_;
  StackCursor stack_;
  StackThreads threads_;
  ColumnBatch batch_;
  std::vector<std::uint32_t> pc_ids_;  // room for those of one event
};

}  // namespace leak::scan
