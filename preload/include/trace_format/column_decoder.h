// The columns of a kEvents chunk (column_codec.h) back to events.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "trace_format/address_model.h"
#include "trace_format/column_codec.h"
#include "trace_format/dictionary_reader.h"
#include "trace_format/raw_codec.h"
#include "trace_format/record.h"
#include "trace_format/varint.h"

namespace leak::trace {

// Reads what ColumnEncoder wrote. Never reads outside the columns; every impossibility makes get() return
// false, and the rest of the chunk is then lost.
class ColumnDecoder {
 public:
  struct Range {
    const std::uint8_t* cursor = nullptr;
    const std::uint8_t* end = nullptr;
  };

  void set_column(Column column, const std::uint8_t* begin, const std::uint8_t* end) noexcept {
    ranges_[static_cast<std::size_t>(column)] = {begin, end};
  }

  void set_address_model(AddressModel* model) noexcept { model_ = model; }
  void set_dictionary(DictionaryReader* dictionary) noexcept { dictionary_ = dictionary; }
  // Of the chunk; kEventsAddressModel and kEventsDictionary are the caller's to heed.
  void set_flags(std::uint32_t flags) noexcept { has_time_runs_ = (flags & kEventsTimeRuns) != 0; }

  void begin_section(std::uint32_t time_quantum_shift, std::uint32_t tid) noexcept {
    shift_ = time_quantum_shift;
    state_ = SectionState{};
    if (model_ != nullptr) model_->begin_section(tid);
  }

  // For who reads several events at once: moves on what it has read.
  Range& range(Column column) noexcept { return ranges_[static_cast<std::size_t>(column)]; }
  SectionState& state() noexcept { return state_; }
  AddressModel* address_model() const noexcept { return model_; }
  DictionaryReader* dictionary() const noexcept { return dictionary_; }
  std::uint32_t time_quantum_shift() const noexcept { return shift_; }

  // The next event of the section. Its event.push pc ids must then be fetched with get_pc or get_pcs, all of
  // them.
  bool get(Event& event) noexcept {
    event = Event{};
    known_pcs_ = nullptr;
    std::uint64_t code = kNoEntryCode;
    if (dictionary_ != nullptr && !get(Column::kEntry, code)) return false;
    const bool is_read =
        code > kNewEntryCode ? get_entry(event, code) : get_spelled_out(event, code == kNewEntryCode);
    if (!is_read || !get_time()) return false;
    event.ticks = state_.time << shift_;
    event.begin_ticks = event.ticks;
    return get_address(event) && get_extra(event);
  }

  // The operation, the size and the stack of an event that is spelled out; its pc ids too if it becomes an
  // entry: get_pcs() then takes them from there. get() does it too.
  bool get_spelled_out(Event& event, bool becomes_entry) noexcept {
    Range& ops = ranges_[static_cast<std::size_t>(Column::kOp)];
    if (ops.cursor == ops.end) return false;
    const std::uint8_t op_byte = *ops.cursor++;
    event.op = static_cast<Op>(op_byte & ~kNoStackBit);
    if (kind_of(event.op) == OpKind::kInvalid) return false;
    event.has_stack = (op_byte & kNoStackBit) == 0;
    known_pcs_ = nullptr;
    if (has_size(event.op) && !get(Column::kSize, event.size)) return false;
    std::uint64_t dropped = 0;
    std::uint64_t push = 0;
    if (event.has_stack) {
      if (!get(Column::kStack, dropped) || !get(Column::kStack, push)) return false;
      if (!change_stack(event, dropped, push)) return false;
    }
    return !becomes_entry || add_entry(event, static_cast<std::uint32_t>(dropped));
  }

  // What kExtra has for an event of which all else is known. get() does it too.
  bool get_extra(Event& event) noexcept {
    std::uint64_t value = 0;
    const bool is_resource = kind_of(event.op) == OpKind::kResource;
    if (is_resource && !get(Column::kExtra, event.address)) return false;
    if (has_old_address(event.op) && !is_modelled_resize(event.op)) {
      if (!get(Column::kExtra, value)) return false;
      event.old_address = event.address + static_cast<std::uint64_t>(unzigzag(value));
    }
    if (has_begin_ticks(event.op)) {
      if (!get(Column::kExtra, value)) return false;
      event.begin_ticks = ((event.ticks >> shift_) - value) << shift_;
    }
    if (has_extra(event.op) && !get(Column::kExtra, event.extra)) return false;
    if (!is_resource) return true;
    if (!get(Column::kExtra, value) || value >> shift_ != 0) return false;
    event.ticks += value;
    return true;
  }

  // Its form stands first of what kExtra has for it; its addresses are codes of the model.
  bool is_modelled_resize(Op op) const noexcept {
    return model_ != nullptr && kind_of(op) == OpKind::kResize;
  }
  bool get_resize_form(ResizeForm& form) noexcept {
    std::uint64_t value = 0;
    if (!get(Column::kExtra, value) || value > static_cast<std::uint64_t>(ResizeForm::kFromNothing))
      return false;
    form = static_cast<ResizeForm>(value);
    return true;
  }

  bool get_pc(std::uint32_t& pc_id) noexcept { return get_pcs(&pc_id, 1); }
  bool get_pcs(std::uint32_t* pc_ids, std::uint32_t count) noexcept {
    if (known_pcs_ == nullptr) return read_pcs(pc_ids, count);
    if (count == 0) return true;
    std::memcpy(pc_ids, known_pcs_, count * sizeof(*pc_ids));
    known_pcs_ += count;
    return true;
  }

 private:
  bool get(Column column, std::uint64_t& value) noexcept {
    Range& range = ranges_[static_cast<std::size_t>(column)];
    return get_varint(range.cursor, range.end, value);
  }

  bool get_entry(Event& event, std::uint64_t code) noexcept {
    DictionaryReader::Entry* const entry = dictionary_->find(code);
    if (entry == nullptr) return false;
    event.op = entry->op;
    event.has_stack = entry->has_stack;
    if (has_own_size(code) && (!has_size(entry->op) || !get(Column::kSize, entry->size))) return false;
    event.size = entry->size;
    known_pcs_ = entry->pc_ids;
    return !entry->has_stack || change_stack(event, entry->dropped, entry->push);
  }

  bool add_entry(const Event& event, std::uint32_t dropped) noexcept {
    if (!may_be_entry(event.op, event.has_stack, event.size, event.push)) return false;
    DictionaryReader::Entry* const entry = dictionary_->add();
    if (entry == nullptr) return false;
    *entry = {event.size, dropped, event.push, event.op, event.has_stack, {}};
    known_pcs_ = entry->pc_ids;
    return read_pcs(entry->pc_ids, event.push);
  }

  bool read_pcs(std::uint32_t* pc_ids, std::uint32_t count) noexcept {
    Range& range = ranges_[static_cast<std::size_t>(Column::kPcs)];
    const std::uint8_t* cursor = range.cursor;  // each integer waits for the one before: kept close
    for (std::uint32_t i = 0; i != count; ++i) {
      std::uint64_t value = 0;
      if (!get_varint(cursor, range.end, value) || value > 0xffffffff) return false;
      pc_ids[i] = static_cast<std::uint32_t>(value);
    }
    range.cursor = cursor;
    return true;
  }

  bool get_time() noexcept {
    if (state_.run != 0) {
      --state_.run;
      return true;
    }
    std::uint64_t quanta = 0;
    if (!get(Column::kTime, quanta)) return false;
    state_.time += static_cast<std::uint64_t>(unzigzag(quanta));
    return !has_time_runs_ || get(Column::kTimeRuns, state_.run);
  }

  bool change_stack(Event& event, std::uint64_t dropped, std::uint64_t push) noexcept {
    if (dropped > state_.depth || push > kMaxStackDepth) return false;
    event.keep = state_.depth - static_cast<std::uint32_t>(dropped);
    event.push = static_cast<std::uint32_t>(push);
    if (event.keep + push > kMaxStackDepth) return false;
    state_.depth = event.keep + event.push;
    return true;
  }

  bool get_address(Event& event) noexcept {
    const OpKind kind = kind_of(event.op);
    if (is_modelled_resize(event.op)) return get_resize(event);
    std::uint64_t code = 0;
    if (!get(kind == OpKind::kFree ? Column::kFreeAddress : Column::kAddress, code)) return false;
    if (model_ != nullptr && kind == OpKind::kAlloc) {
      event.address = model_->decode_allocation(code, event.size);
    } else if (model_ != nullptr && kind == OpKind::kFree) {
      event.address = model_->decode_free(code);
    } else {
      state_.address += static_cast<std::uint64_t>(unfold_distance(code));
      event.address = state_.address;
    }
    return true;
  }

  bool get_resize(Event& event) noexcept {
    ResizeForm form = ResizeForm::kMoved;
    std::uint64_t code = 0;
    if (!get_resize_form(form)) return false;
    if (form == ResizeForm::kInPlace) {
      if (!get(Column::kFreeAddress, code)) return false;
      event.address = model_->decode_resized(code, event.size);
      event.old_address = event.address;
      return true;
    }
    if (form == ResizeForm::kMoved) {
      if (!get(Column::kFreeAddress, code)) return false;
      event.old_address = model_->decode_free(code);
    }
    if (!get(Column::kAddress, code)) return false;
    event.address = model_->decode_allocation(code, event.size);
    return true;
  }

  Range ranges_[kColumnCount];
  AddressModel* model_ = nullptr;
  DictionaryReader* dictionary_ = nullptr;
  const std::uint32_t* known_pcs_ = nullptr;  // what get_pcs() takes next, if not the column's
  SectionState state_;
  std::uint32_t shift_ = 0;
  bool has_time_runs_ = false;
};

}  // namespace leak::trace
