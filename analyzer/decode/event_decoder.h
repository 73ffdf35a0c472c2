// The body of an events chunk, or the words of a journal slot, to sections of steps.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "decode/event_batch.h"
#include "decode/stack_interner.h"
#include "trace_format/address_model.h"
#include "trace_format/column_codec.h"

namespace leak::scan {

// Not thread-safe; one for each worker, because stacks are interned in its own table.
class EventDecoder {
 public:
  EventDecoder(std::uint32_t time_quantum_shift, bool whole_events)
      : shift_(time_quantum_shift), whole_events_(whole_events) {}

  // Appends the sections of `body` to `chunk`. Sets chunk.torn when it ends early; what came before is kept.
  void decode_columns(std::span<const std::uint8_t> body, DecodedChunk& chunk);
  void decode_raw(std::uint64_t chunk_id, std::uint32_t tid, std::span<const std::uint64_t> words,
                  DecodedChunk& chunk);

  const StackInterner& stacks() const { return interner_; }

 private:
  class SectionWriter;
  bool decode_event(trace::ColumnDecoder& decoder, SectionWriter& writer);

  StackInterner interner_;
  std::unique_ptr<trace::AddressModel> address_model_;  // made when the first chunk wants it
  std::uint32_t shift_;
  bool whole_events_;
  std::vector<InternedStack> stack_;   // up to each frame of the section's current stack, outermost first
  std::vector<std::uint32_t> pc_ids_;  // room for those of one event
};

}  // namespace leak::scan
