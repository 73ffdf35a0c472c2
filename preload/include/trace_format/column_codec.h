// Columns of a kEvents chunk: each property of the events in a stream of its own, because neighbours in one
// column resemble each other far more than neighbours in one record do. Written by column_encoder.h,
// read by column_decoder.h.
//
//   kOp           u8: Op, with kNoStackBit
//   kTime         for each run of events of the same time, zigzag varint: time - previous time, in quanta
//                 (ticks >> time_quantum_shift). Without kEventsTimeRuns: for each event
//   kTimeRuns     varint: how many more events each run has
//   kAddress      varint, except for frees: fold_distance(address - previous event's address)
//   kFreeAddress  varint, frees: the same
//   kSize         varint: size; absent for frees
//   kStack        events with a stack: varint number of frames dropped from the previous stack, varint
//                 number pushed
//   kPcs          varint pc id per pushed frame, leaf first
//   kEntry        varint: with kEventsDictionary, a code of event_dictionary.h. Most events are entries, and
//                 have nothing in kOp, kStack and kPcs, and in kSize only what the entry does not say
//   kExtra        in this order, each if the operation has it: zigzag varint old address - address; varint
//                 quanta from begin to end; varint extra
//
// With kEventsAddressModel, codes of address_model.h take the place of distances for the heap's operations:
// allocations in kAddress, frees in kFreeAddress. A resize has, in place of the old address in kExtra, a
// ResizeForm; then the old block's code in kFreeAddress unless it had none, and the new one's in kAddress
// unless it stayed in place. Other operations are coded as above, with distances among themselves.
//
// Resource events (operation.h) leave no trace in what follows them: their address is not a distance but a varint in
// kExtra, before what else they have there, and kAddress has the distance 0. After it all, varint: the ticks that
// the quantum cut off, because the order of descriptors must be exact.
//
// All "previous" values are 0 and the stack is empty at the start of a section.
#pragma once

#include <cstddef>
#include <cstdint>

#include "trace_format/record.h"
#include "trace_format/varint.h"

namespace leak::trace {

constexpr bool has_size(Op op) noexcept { return kind_of(op) != OpKind::kFree; }

// Most bytes that one event adds to any one column.
constexpr std::size_t column_bytes_bound(std::uint32_t push) noexcept {
  return 4 * kMaxVarintBytes + std::size_t{5} * push;
}

enum class ResizeForm : std::uint8_t { kMoved, kInPlace, kFromNothing };

// What both directions carry from event to event within a section.
struct SectionState {
  std::uint64_t time = 0;
  std::uint64_t run = 0;  // events of this time: written so far, or left to read
  std::uint64_t address = 0;
  std::uint32_t depth = 0;
};

}  // namespace leak::trace
