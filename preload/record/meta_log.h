// Meta records (modules, pcs, threads, markers) on their way to the trace: a slot like any other, shared by all
// threads under a short lock.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>

#include "trace_format/record.h"

namespace leak::hook {

struct Bytes {
  const void* data;
  std::size_t size;
};

// Appends one record: `header` is the start of a struct of `fixed_bytes`, followed by `parts`. Fills in
// record_bytes and the padding. Any thread inside a hook; may wait for a slot. Returns false when recording stops.
bool append_meta(trace::MetaHeader& header, std::size_t fixed_bytes,
                 std::initializer_list<Bytes> parts = {}) noexcept;

template <class Record>
bool append_meta_record(Record& record, std::initializer_list<Bytes> parts = {}) noexcept {
  return append_meta(record.header, sizeof(Record), parts);
}

template <class Record>
Record make_meta(trace::MetaKind kind, std::uint64_t ticks, std::uint16_t flags = 0) noexcept {
  Record record{};
  record.header.kind = kind;
  record.header.flags = flags;
  record.header.ticks = ticks;
  return record;
}

// Gives the current slot to the writer (before exec).
void hand_over_meta() noexcept;

// A forked child: the slot is the parent's.
void forget_meta_slot() noexcept;

}  // namespace leak::hook
