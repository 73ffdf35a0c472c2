// Columns of a kEvents chunk: each property of the events in a stream of its own, because neighbours in one
// column resemble each other far more than neighbours in one record do. Encode and decode side by side, pure.
//
//   kOp           u8: Op, with kNoStackBit
//   kTime         zigzag varint: time - previous time, in quanta (ticks >> time_quantum_shift)
//   kAddress      varint, except for frees: fold_distance(address - previous event's address)
//   kFreeAddress  varint, frees: the same
//   kSize         varint: size; absent for frees
//   kStack        events with a stack: varint number of frames dropped from the previous stack, varint
//                 number pushed
//   kPcs          varint pc id per pushed frame, leaf first
//   kExtra        in this order, each if the operation has it: zigzag varint old address - address; varint
//                 quanta from begin to end; varint extra
//
// With kEventsAddressModel, codes of address_model.h take the place of distances for the heap's operations:
// allocations in kAddress, frees in kFreeAddress. A resize has, in place of the old address in kExtra, a
// ResizeForm; then the old block's code in kFreeAddress unless it had none, and the new one's in kAddress unless it
// stayed in place. Other operations are coded as above, with distances among themselves.
//
// All "previous" values are 0 and the stack is empty at the start of a section.
#pragma once

#include <cstddef>
#include <cstdint>

#include "trace_format/address_model.h"
#include "trace_format/raw_codec.h"
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
  std::uint64_t address = 0;
  std::uint32_t depth = 0;
};

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

  void begin_section(std::uint32_t time_quantum_shift, std::uint32_t tid) noexcept {
    shift_ = time_quantum_shift;
    state_ = SectionState{};
    if (model_ != nullptr) model_->begin_section(tid);
  }

  void put(const Event& event, const std::uint32_t* pc_ids) noexcept {
    *buffer(Column::kOp).end++ =
        static_cast<std::uint8_t>(static_cast<std::uint8_t>(event.op) | (event.has_stack ? 0U : kNoStackBit));

    const std::uint64_t time = event.ticks >> shift_;
    put(Column::kTime, zigzag(wrapping_difference(time, state_.time)));
    state_.time = time;

    put_address(event);
    if (has_size(event.op)) put_irregular(Column::kSize, event.size);
    if (event.has_stack) {
      put(Column::kStack, state_.depth - event.keep);
      put(Column::kStack, event.push);
      state_.depth = event.keep + event.push;
      for (std::uint32_t i = 0; i != event.push; ++i) put_irregular(Column::kPcs, pc_ids[i]);
    }
    if (has_begin_ticks(event.op)) put(Column::kExtra, time - (event.begin_ticks >> shift_));
    if (has_extra(event.op)) put(Column::kExtra, event.extra);
  }

 private:
  Buffer& buffer(Column column) noexcept { return buffers_[static_cast<std::size_t>(column)]; }
  void put(Column column, std::uint64_t value) noexcept {
    buffer(column).end = put_varint(buffer(column).end, value);
  }
  // For columns whose lengths follow no pattern.
  void put_irregular(Column column, std::uint64_t value) noexcept {
    buffer(column).end = put_varint_branchless(buffer(column).end, value);
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
                    fold_distance(wrapping_difference(event.address, state_.address)));
      state_.address = event.address;
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
    if (form == ResizeForm::kMoved) put_irregular(Column::kFreeAddress, model_->encode_free(event.old_address));
    put_irregular(Column::kAddress, model_->encode_allocation(event.address, event.size));
  }

  Buffer buffers_[kColumnCount];
  AddressModel* model_ = nullptr;
  SectionState state_;
  std::uint32_t shift_ = 0;
};

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

  void begin_section(std::uint32_t time_quantum_shift, std::uint32_t tid) noexcept {
    shift_ = time_quantum_shift;
    state_ = SectionState{};
    if (model_ != nullptr) model_->begin_section(tid);
  }

  // The next event of the section. Its event.push pc ids must then be fetched with get_pc or get_pcs, all of them.
  bool get(Event& event) noexcept {
    Range& ops = ranges_[static_cast<std::size_t>(Column::kOp)];
    if (ops.cursor == ops.end) return false;
    const std::uint8_t op_byte = *ops.cursor++;
    event = Event{};
    event.op = static_cast<Op>(op_byte & ~kNoStackBit);
    if (kind_of(event.op) == OpKind::kInvalid) return false;
    event.has_stack = (op_byte & kNoStackBit) == 0;

    std::uint64_t value = 0;
    if (!get(Column::kTime, value)) return false;
    state_.time += static_cast<std::uint64_t>(unzigzag(value));
    event.ticks = state_.time << shift_;
    event.begin_ticks = event.ticks;

    // Most events are plain allocations and frees: each kind is asked about once.
    const OpKind kind = kind_of(event.op);
    if (kind != OpKind::kFree && !get(Column::kSize, event.size)) return false;
    if (!get_address(event, kind)) return false;
    if (event.has_stack && !get_stack(event)) return false;
    if (kind == OpKind::kFree) return true;
    if (has_begin_ticks(event.op)) {
      if (!get(Column::kExtra, value)) return false;
      event.begin_ticks = (state_.time - value) << shift_;
    }
    return !has_extra(event.op) || get(Column::kExtra, event.extra);
  }

  bool get_pc(std::uint32_t& pc_id) noexcept { return get_pcs(&pc_id, 1); }
  bool get_pcs(std::uint32_t* pc_ids, std::uint32_t count) noexcept {
    Range& range = ranges_[static_cast<std::size_t>(Column::kPcs)];
    const std::uint8_t* cursor = range.cursor;  // each integer waits for the place of the one before: keep it close
    for (std::uint32_t i = 0; i != count; ++i) {
      std::uint64_t value = 0;
      if (!get_varint(cursor, range.end, value) || value > 0xffffffff) return false;
      pc_ids[i] = static_cast<std::uint32_t>(value);
    }
    range.cursor = cursor;
    return true;
  }

 private:
  bool get(Column column, std::uint64_t& value) noexcept {
    Range& range = ranges_[static_cast<std::size_t>(column)];
    return get_varint(range.cursor, range.end, value);
  }

  bool get_stack(Event& event) noexcept {
    std::uint64_t dropped = 0;
    std::uint64_t push = 0;
    if (!get(Column::kStack, dropped) || !get(Column::kStack, push)) return false;
    if (dropped > state_.depth || push > kMaxStackDepth) return false;
    event.keep = state_.depth - static_cast<std::uint32_t>(dropped);
    event.push = static_cast<std::uint32_t>(push);
    if (event.keep + push > kMaxStackDepth) return false;
    state_.depth = event.keep + event.push;
    return true;
  }

  bool get_address(Event& event, OpKind kind) noexcept {
    if (model_ != nullptr && kind == OpKind::kResize) return get_resize(event);
    std::uint64_t code = 0;
    if (!get(kind == OpKind::kFree ? Column::kFreeAddress : Column::kAddress, code)) return false;
    if (model_ != nullptr && kind == OpKind::kAlloc) {
      event.address = model_->decode_allocation(code, event.size);
    } else if (model_ != nullptr && kind == OpKind::kFree) {
      event.address = model_->decode_free(code);
    } else {
      state_.address += static_cast<std::uint64_t>(unfold_distance(code));
      event.address = state_.address;
      if (has_old_address(event.op)) {
        if (!get(Column::kExtra, code)) return false;
        event.old_address = event.address + static_cast<std::uint64_t>(unzigzag(code));
      }
    }
    return true;
  }

  bool get_resize(Event& event) noexcept {
    std::uint64_t form = 0, code = 0;
    if (!get(Column::kExtra, form) || form > static_cast<std::uint64_t>(ResizeForm::kFromNothing)) return false;
    if (form == static_cast<std::uint64_t>(ResizeForm::kInPlace)) {
      if (!get(Column::kFreeAddress, code)) return false;
      event.address = model_->decode_resized(code, event.size);
      event.old_address = event.address;
      return true;
    }
    if (form == static_cast<std::uint64_t>(ResizeForm::kMoved)) {
      if (!get(Column::kFreeAddress, code)) return false;
      event.old_address = model_->decode_free(code);
    }
    if (!get(Column::kAddress, code)) return false;
    event.address = model_->decode_allocation(code, event.size);
    return true;
  }

  Range ranges_[kColumnCount];
  AddressModel* model_ = nullptr;
  SectionState state_;
  std::uint32_t shift_ = 0;
};

}  // namespace leak::trace
