// Events to the columns of a kEvents chunk (column_codec.h says how). Pure: the caller owns the memory.
#pragma once

#include <cstddef>
#include <cstdint>

#include "trace_format/address_model.h"
#include "trace_format/column_codec.h"
#include "trace_format/event_dictionary.h"
#include "trace_format/raw_codec.h"
#include "trace_format/record.h"
#include "trace_format/varint.h"

namespace leak::trace {

// Appends events to columns. The caller owns the memory and guarantees, before each put(), that every column
// has column_bytes_bound(push) bytes of room.
class ColumnEncoder {
 public:
  struct Buffer {
    std::uint8_t* begin = nullptr;
    std::uint8_t* end = nullptr;
  };

  constexpr ColumnEncoder() noexcept = default;

  void set_column(Column column, std::uint8_t* memory) noexcept { buffer(column) = {memory, memory}; }
  void clear() noexcept {
    for (Buffer& one : buffers_) one.end = one.begin;
    first_time_ = UINT64_MAX;
    last_time_ = 0;
  }
  const Buffer& column(Column column) const noexcept { return buffers_[static_cast<std::size_t>(column)]; }

  // Of all events, in quanta; where there is none, later and earlier than any.
  std::uint64_t first_time() const noexcept { return first_time_; }
  std::uint64_t last_time() const noexcept { return last_time_; }

  // nullptr: distances. The model is the caller's, and begins a chunk with begin_chunk().
  void set_address_model(AddressModel* model) noexcept { model_ = model; }
  bool has_address_model() const noexcept { return model_ != nullptr; }

  // nullptr: every event is spelled out. The dictionary is the caller's, and begins a chunk with
  // begin_chunk().
  void set_dictionary(EventDictionary* dictionary) noexcept { dictionary_ = dictionary; }
  bool has_dictionary() const noexcept { return dictionary_ != nullptr; }

  void begin_section(std::uint32_t time_quantum_shift, std::uint32_t tid) noexcept {
    shift_ = time_quantum_shift;
    state_ = SectionState{};
    if (model_ != nullptr) model_->begin_section(tid);
  }
  // After the last event of each section.
  void end_section() noexcept {
    if (state_.run != 0) put_irregular(Column::kTimeRuns, state_.run - 1);
    state_.run = 0;
  }

  void put(const Event& event, const std::uint32_t* pc_ids) noexcept {
    if (dictionary_ != nullptr) put_spelled_out(false);
    if (kind_of(event.op) == OpKind::kResource) return put_resource(event, pc_ids);
    put_op_and_time(event.op, event.has_stack, event.ticks);
    put_address(event);
    if (has_size(event.op)) put_short(Column::kSize, event.size);
    if (event.has_stack) put_stack(event.keep, event.push, pc_ids);
    if (has_begin_ticks(event.op)) {
      put(Column::kExtra, (event.ticks >> shift_) - (event.begin_ticks >> shift_));
      cover(event.begin_ticks >> shift_);
    }
    if (has_extra(event.op)) put(Column::kExtra, event.extra);
  }

  // What put() does, for the two shapes of nearly all events; only these are entries of the dictionary.
  // Requires: push <= kMaxPlainPush; as many ids can be read.
  void put_free(Op op, std::uint64_t ticks, std::uint64_t address) noexcept {
    if (dictionary_ == nullptr || !put_known_free(op)) put_op(op, false);
    put_time(ticks);
    put_irregular(Column::kFreeAddress,
                  model_ != nullptr ? model_->encode_free(address) : distance_to(address));
  }
  void put_allocation(Op op, std::uint64_t ticks, std::uint64_t address, std::uint64_t size,
                      std::uint32_t keep, std::uint32_t push, const std::uint32_t* pc_ids) noexcept {
    if (dictionary_ == nullptr || !put_known_allocation(op, size, keep, push, pc_ids)) {
      put_op(op, true);
      put_short(Column::kSize, size);
      put_stack(keep, push, pc_ids);
    }
    put_time(ticks);
    put_irregular(Column::kAddress,
                  model_ != nullptr ? model_->encode_allocation(address, size) : distance_to(address));
  }

 private:
  void put_spelled_out(bool becomes_entry) noexcept {
    *buffer(Column::kEntry).end++ = static_cast<std::uint8_t>(becomes_entry ? kNewEntryCode : kNoEntryCode);
  }
  // False: the event is to be spelled out; its code is written.
  bool put_known_free(Op op) noexcept {
    const EventDictionary::Code* const code = dictionary_->code_of_free(op);
    if (code == nullptr) [[unlikely]] {
      put_spelled_out(dictionary_->put_free(op));
      return false;
    }
    code->write(buffer(Column::kEntry).end, false);
    return true;
  }
  bool put_known_allocation(Op op, std::uint64_t size, std::uint32_t keep, std::uint32_t push,
                            const std::uint32_t* pc_ids) noexcept {
    const EventDictionary::Key key = EventDictionary::key_of(op, state_.depth - keep, push, pc_ids);
    EventDictionary::Entry& entry = dictionary_->place_of(key);
    if (!dictionary_->holds(entry, key)) [[unlikely]] {
      put_spelled_out(dictionary_->put(entry, key, size));
      return false;
    }
    const bool is_other_size = entry.size != size;
    entry.code.write(buffer(Column::kEntry).end, is_other_size);
    entry.size = static_cast<std::uint32_t>(size);
    // Written in any case, because whether it counts is hard to predict.
    std::uint8_t*& sizes_end = buffer(Column::kSize).end;
    std::uint8_t* const with_size = put_short_varint(sizes_end, size);
    sizes_end = is_other_size ? with_size : sizes_end;
    state_.depth = keep + push;
    return true;
  }

  void put_resource(const Event& event, const std::uint32_t* pc_ids) noexcept {
    put_op_and_time(event.op, event.has_stack, event.ticks);
    put(Column::kAddress, fold_distance(0));
    put(Column::kSize, event.size);
    if (event.has_stack) put_stack(event.keep, event.push, pc_ids);
    put(Column::kExtra, event.address);
    if (has_begin_ticks(event.op)) {
      put(Column::kExtra, state_.time - (event.begin_ticks >> shift_));
      cover(event.begin_ticks >> shift_);
    }
    if (has_extra(event.op)) put(Column::kExtra, event.extra);
    put(Column::kExtra, event.ticks - (state_.time << shift_));
  }

  Buffer& buffer(Column column) noexcept { return buffers_[static_cast<std::size_t>(column)]; }
  void put(Column column, std::uint64_t value) noexcept {
    buffer(column).end = put_varint(buffer(column).end, value);
  }
  // For columns whose lengths follow no pattern.
  void put_irregular(Column column, std::uint64_t value) noexcept {
    buffer(column).end = put_varint_branchless(buffer(column).end, value);
  }

  void put_short(Column column, std::uint64_t value) noexcept {
    buffer(column).end = put_short_varint(buffer(column).end, value);
  }

  void put_op_and_time(Op op, bool has_stack, std::uint64_t ticks) noexcept {
    put_op(op, has_stack);
    put_time(ticks);
  }
  void put_op(Op op, bool has_stack) noexcept {
    *buffer(Column::kOp).end++ =
        static_cast<std::uint8_t>(static_cast<std::uint8_t>(op) | (has_stack ? 0U : kNoStackBit));
  }
  void put_time(std::uint64_t ticks) noexcept {
    const std::uint64_t time = ticks >> shift_;
    if (time != state_.time || state_.run == 0) {
      end_section();
      put(Column::kTime, zigzag(wrapping_difference(time, state_.time)));
      state_.time = time;
      cover(time);
    }
    ++state_.run;
  }

  void cover(std::uint64_t time) noexcept {
    if (time < first_time_) first_time_ = time;
    if (time > last_time_) last_time_ = time;
  }

  void put_stack(std::uint32_t keep, std::uint32_t push, const std::uint32_t* pc_ids) noexcept {
    put(Column::kStack, state_.depth - keep);
    put(Column::kStack, push);
    state_.depth = keep + push;
    std::uint8_t* out = buffer(Column::kPcs).end;
    for (std::uint32_t i = 0; i != push; ++i) out = put_short_varint(out, pc_ids[i]);
    buffer(Column::kPcs).end = out;
  }

  std::uint64_t distance_to(std::uint64_t address) noexcept {
    const std::uint64_t code = fold_distance(wrapping_difference(address, state_.address));
    state_.address = address;
    return code;
  }

  void put_address(const Event& event) noexcept {
    const OpKind kind = kind_of(event.op);
    if (model_ != nullptr && kind == OpKind::kAlloc) {
      put_irregular(Column::kAddress, model_->encode_allocation(event.address, event.size));
    } else if (model_ != nullptr && kind == OpKind::kFree) {
      put_irregular(Column::kFreeAddress, model_->encode_free(event.address));
    } else if (model_ != nullptr && kind == OpKind::kResize) {
      put_resize(event);
    } else {
      put_irregular(kind == OpKind::kFree ? Column::kFreeAddress : Column::kAddress,
                    distance_to(event.address));
      if (has_old_address(event.op)) {
        put(Column::kExtra, zigzag(wrapping_difference(event.old_address, event.address)));
      }
    }
  }

  void put_resize(const Event& event) noexcept {
    const ResizeForm form = event.old_address == 0               ? ResizeForm::kFromNothing
                            : event.old_address == event.address ? ResizeForm::kInPlace
                                                                 : ResizeForm::kMoved;
    put(Column::kExtra, static_cast<std::uint64_t>(form));
    if (form == ResizeForm::kInPlace) {
      put_irregular(Column::kFreeAddress, model_->encode_resized(event.address, event.size));
      return;
    }
    if (form == ResizeForm::kMoved)
      put_irregular(Column::kFreeAddress, model_->encode_free(event.old_address));
    put_irregular(Column::kAddress, model_->encode_allocation(event.address, event.size));
  }

  Buffer buffers_[kColumnCount];
  AddressModel* model_ = nullptr;
  EventDictionary* dictionary_ = nullptr;
  SectionState state_;
  std::uint32_t shift_ = 0;
  std::uint64_t first_time_ = UINT64_MAX;
  std::uint64_t last_time_ = 0;
};

}  // namespace leak::trace
