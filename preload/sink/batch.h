// Raw event slots on their way to one kEvents frame: split into columns as they come in, written out
// together. Used by the writer thread only.
#pragma once

#include <cstdint>

#include "buffer/slot_pool.h"
#include "sink/compressor.h"
#include "trace_format/column_encoder.h"
#include "trace_format/layout.h"

namespace leak::hook {

class Batch {
 public:
  static constexpr std::uint32_t kMaxSections = SlotPool::kSlotsPerSegment;

  // Maps the memory of the columns and the dictionary, and of the address model if it is wanted. false: no
  // memory.
  bool open(bool use_address_model) noexcept;
  void set_time_quantum_shift(std::uint32_t shift) noexcept { time_quantum_shift_ = shift; }

  bool empty() const noexcept { return section_count_ == 0; }
  bool full() const noexcept { return section_count_ == kMaxSections; }
  std::uint32_t slot_count() const noexcept { return section_count_; }
  std::uint64_t event_count() const noexcept { return event_count_; }

  // Takes the events of a slot in; the slot stays reserved until the batch is written. Requires: !full().
  void add(Slot* slot) noexcept;
  // The frame of everything taken in, and its chunk header.
  Compressor::Frame compress(Compressor& compressor, trace::ChunkHeader& header) noexcept;
  // The frame stands in the trace: gives its slots back and starts anew.
  void release(SlotPool& pool) noexcept;
  // The thread that all events are of, 0: several.
  std::uint32_t tid() const noexcept;

 private:
  void clear() noexcept;

  trace::ColumnEncoder encoder_;
  trace::AddressModel* address_model_ = nullptr;
  trace::EventDictionary* dictionary_ = nullptr;
  std::uint32_t time_quantum_shift_ = 0;
  std::uint32_t section_count_ = 0;
  std::uint32_t event_count_ = 0;
  trace::SectionEntry sections_[kMaxSections] = {};
  Slot* slots_[kMaxSections] = {};
};

}  // namespace leak::hook
