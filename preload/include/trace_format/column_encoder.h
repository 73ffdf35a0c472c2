// Events to the columns of a kEvents chunk (column_codec.h says how). Pure: the caller owns the memory.
#pragma once

#include <cstddef>
#include <cstdint>

#include "trace_format/address_model.h"
#include "trace_format/column_codec.h"
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
  }
  const Buffer& column(Column column) const noexcept { return buffers_[static_cast<std::size_t>(column)]; }

  // nullptr: distances. The model is the caller's, and begins a chunk with begin_chunk().
  void set_address_model(AddressModel* model) noexcept { model_ = model; }
  bool has_address_model() const noexcept { return model_ != nullptr; }

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

  // An event of this address comes soon.
  void expect(std::uint64_t address) const noexcept {
    if (model_ != nullptr) model_->expect(address);
  }

  void put(const Event& event, const std::uint32_t* pc_ids) noexcept {
    if (kind_of(event.op) == OpKind::kResource) return put_resource(event, pc_ids);
    put_op_and_time(event.op, event.has_stack, event.ticks);
    put_address(event);
    if (has_size(event.op)) put_short(Column::kSize, event.size);
    if (event.has_stack) put_stack(event.keep, event.push, pc_ids);
    if (has_begin_ticks(event.op)) {
      put(Column::kExtra, (event.ticks >> shift_) - (event.begin_ticks >> shift_));
    }
    if (has_extra(event.op)) put(Column::kExtra, event.extra);
  }

  // What put() does, for the two shapes of nearly all events.
  void put_free(Op op, std::uint64_t ticks, std::uint64_t address) noexcept {
    put_op_and_time(op, false, ticks);
    put_irregular(Column::kFreeAddress,
                  model_ != nullptr ? model_->encode_free(address) : distance_to(address));
  }
  void put_allocation(Op op, std::uint64_t ticks, std::uint64_t address, std::uint64_t size,
                      std::uint32_t keep, std::uint32_t push, const std::uint32_t* pc_ids) noexcept {
    put_op_and_time(op, true, ticks);
    put_irregular(Column::kAddress,
                  model_ != nullptr ? model_->encode_allocation(address, size) : distance_to(address));
    put_short(Column::kSize, size);
    put_stack(keep, push, pc_ids);
  }

 private:
  void put_resource(const Event& event, const std::uint32_t* pc_ids) noexcept {
    put_op_and_time(event.op, event.has_stack, event.ticks);
    put(Column::kAddress, fold_distance(0));
    put(Column::kSize, event.size);
    if (event.has_stack) put_stack(event.keep, event.push, pc_ids);
    put(Column::kExtra, event.address);
    if (has_begin_ticks(event.op)) put(Column::kExtra, state_.time - (event.begin_ticks >> shift_));
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
    *buffer(Column::kOp).end++ =
        static_cast<std::uint8_t>(static_cast<std::uint8_t>(op) | (has_stack ? 0U : kNoStackBit));
    const std::uint64_t time = ticks >> shift_;
    if (time != state_.time || state_.run == 0) {
      end_section();
      put(Column::kTime, zigzag(wrapping_difference(time, state_.time)));
      state_.time = time;
    }
    ++state_.run;
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
  SectionState state_;
  std::uint32_t shift_ = 0;
};

}  // namespace leak::trace
