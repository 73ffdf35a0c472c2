// The next few hundred events of a section, column by column. Reading one column for many events at once
// costs a third of going from column to column for each event: no branch depends on what kind of event it is.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "trace_format/column_decoder.h"

namespace leak::scan {

class ColumnBatch {
 public:
  static constexpr std::size_t kEvents = 512;  // all arrays together stay within the second cache

  // Bits of flags().
  static constexpr std::uint8_t kFree = 1;
  static constexpr std::uint8_t kHasStack = 2;
  // Neither a plain allocation nor a free; may have a part in kExtra.
  static constexpr std::uint8_t kSpecial = 4;

  // Takes up to `wanted` events out of `decoder`, all but what kExtra has of special ones. Returns how many;
  // 0, with nothing taken, when the next one is for the decoder's own get(): a resize coded by the address
  // model, or (refused) something unusual or wrong in what follows, and then so is all the rest.
  std::size_t take(trace::ColumnDecoder& decoder, std::size_t wanted);
  bool refused() const { return refused_; }

  // By event.
  trace::Op op(std::size_t i) const { return static_cast<trace::Op>(ops_[i] & ~trace::kNoStackBit); }
  std::uint8_t flags(std::size_t i) const { return flags_[i]; }
  std::uint64_t time(std::size_t i) const { return times_[i]; }  // in quanta
  std::uint64_t address(std::size_t i) const { return addresses_[i]; }
  std::uint64_t size(std::size_t i) const { return sizes_[i]; }  // 0 for frees

  // By event that has a stack: frames to drop from the stack before, frames to push.
  std::size_t stack_count() const { return stack_count_; }
  std::size_t dropped(std::size_t i) const { return static_cast<std::size_t>(stacks_[2 * i]); }
  std::size_t pushed(std::size_t i) const { return static_cast<std::size_t>(stacks_[2 * i + 1]); }
  const std::uint64_t* pc_ids() const { return pc_ids_.data(); }  // of all of them, each stack's leaf first

 private:
  using Cursors = std::array<trace::ColumnDecoder::Range, trace::kColumnCount>;
  std::size_t count_before_resize(const std::uint8_t* ops, std::size_t count) const;
  bool sort_operations(const std::uint8_t* ops, std::size_t count);
  bool read_times(Cursors& cursors, std::size_t count, bool has_runs, trace::SectionState& state);
  bool read_columns(Cursors& cursors, std::size_t count);
  bool read_stacks(Cursors& cursors, std::uint32_t& depth);
  void pad(std::size_t count);
  void add_up(std::size_t count, trace::SectionState& state);
  void follow_model(std::size_t count, trace::AddressModel& model, trace::SectionState& state);

  // Readable one behind the last event: add_up() looks at a free's size too.
  static constexpr std::size_t kRoom = kEvents + 1;
  std::array<std::uint8_t, kEvents> ops_;
  std::array<std::uint8_t, kEvents> flags_;
  std::array<std::uint64_t, kEvents> times_;
  std::array<std::uint64_t, kEvents> addresses_;
  std::array<std::uint64_t, kEvents> sizes_;
  std::array<std::uint64_t, kRoom> made_sizes_;      // by event that is not a free
  std::array<std::uint64_t, kRoom> made_addresses_;  // the same, as coded
  std::array<std::uint64_t, kRoom> freed_addresses_;
  std::array<std::uint64_t, 2 * kEvents> stacks_;
  std::vector<std::uint64_t> pc_ids_;
  std::size_t free_count_ = 0;
  std::size_t stack_count_ = 0;
  bool refused_ = false;
};

}  // namespace leak::scan
