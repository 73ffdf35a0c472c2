// The next few hundred events of a section of a chunk that has a dictionary. What an event has in common with
// others comes from its entry, and each column is read for all events at once: little depends on what kind an
// event is, which no processor can predict.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "trace_format/column_decoder.h"

namespace leak::scan {

class ColumnBatch {
 public:
  static constexpr std::size_t kEvents = 512;  // all arrays together stay within the second cache

  // Bits of flags().
  static constexpr std::uint8_t kFree = 1;
  static constexpr std::uint8_t kHasStack = 2;
  // Neither a plain allocation nor a free: an Event of its own, in specials().
  static constexpr std::uint8_t kSpecial = 4;

  // Takes the next events out of `decoder`, at most `wanted`. False: something is wrong with them, and
  // nothing that follows in the chunk can be read.
  bool take(trace::ColumnDecoder& decoder, std::size_t wanted);

  // By event.
  std::size_t count() const { return count_; }
  trace::Op op(std::size_t i) const { return ops_[i]; }
  std::uint8_t flags(std::size_t i) const { return flags_[i]; }
  std::uint64_t time(std::size_t i) const { return times_[i]; }  // in quanta
  std::uint64_t address(std::size_t i) const { return addresses_[i]; }
  std::uint64_t size(std::size_t i) const { return sizes_[i]; }  // 0 for frees

  std::span<const trace::Event> specials() const { return specials_; }

  // How the stack changes with each event that has one.
  struct StackChange {
    std::uint32_t entry;  // of the dictionary; 0: none
    std::uint32_t dropped;
    std::uint32_t pushed;
    std::uint32_t first_pc;  // without an entry: where its pc ids begin
  };
  std::span<const StackChange> stacks() const { return {stacks_.data(), stack_count_}; }
  const std::uint32_t* pc_ids(const StackChange& stack) const {  // leaf first
    return stack.entry != 0 ? (*dictionary_)[stack.entry].pc_ids : pc_ids_.data() + stack.first_pc;
  }

 private:
  bool read_entries(trace::ColumnDecoder& decoder);
  bool read_spelled_out(trace::ColumnDecoder& decoder, std::size_t i, bool becomes_entry);
  bool read_times(trace::ColumnDecoder& decoder);
  bool read_specials(trace::ColumnDecoder& decoder);
  bool read_addresses(trace::ColumnDecoder& decoder);
  void follow_model(trace::AddressModel& model, trace::SectionState& state);
  void add_up(trace::SectionState& state);
  void finish_specials();

  // Readable one behind the last event, for loops that look at what they may not use.
  static constexpr std::size_t kRoom = kEvents + 1;
  std::size_t count_ = 0;
  std::array<trace::Op, kEvents> ops_;
  std::array<std::uint8_t, kEvents> flags_;
  std::array<std::uint64_t, kEvents> codes_;
  std::array<std::uint64_t, kEvents> times_;
  std::array<std::uint64_t, kEvents> addresses_;
  std::array<std::uint64_t, kEvents> sizes_;
  std::array<std::uint64_t, kRoom> made_addresses_;  // codes, by event that has one in this column
  std::array<std::uint64_t, kRoom> freed_addresses_;
  std::array<StackChange, kRoom> stacks_;
  std::size_t stack_count_ = 0;
  std::vector<std::uint32_t> pc_ids_;  // of all stacks without an entry
  std::vector<trace::Event> specials_;
  std::vector<std::size_t> special_at_;          // by special: which event it is
  std::vector<trace::ResizeForm> resize_forms_;  // by special that the model has a say in
  trace::DictionaryReader* dictionary_ = nullptr;
};

}  // namespace leak::scan
