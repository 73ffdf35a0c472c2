// Raw events: what the hot path writes into a journal slot, and what is read back from it, by the writer
// thread (to make columns) and by the analyzer (from the journal of a killed process). 64-bit words:
//
//   word 0        ticks
//   word 1        address << 8 | kNoStackBit | op
//   word 2        size (low 32) | keep << 32 (16 bits) | push << 48 (16 bits)
//   [word]        size, when the field above is kSizeEscape
//   [word]        keep | push << 32, when both fields above are kDepthEscape
//   [word]        old address        (has_old_address)
//   [word]        begin ticks        (has_begin_ticks)
//   [word]        extra              (has_extra)
//   [words]       `push` pc ids of 32 bits, leaf first, padded to a whole word
//
// keep counts the outermost frames shared with the slot's previous event that has a stack (0 at its start).
#pragma once

#include <array>
#include <cstdint>
#include <cstring>

#include "trace_format/layout.h"
#include "trace_format/record.h"

namespace leak::trace {

inline constexpr std::uint8_t kNoStackBit = 0x80;
inline constexpr std::uint32_t kSizeEscape = 0xffffffff;
inline constexpr std::uint32_t kDepthEscape = 0xffff;
inline constexpr std::size_t kRawFixedWords = 3;
inline constexpr std::size_t kRawMaxHeadWords = kRawFixedWords + 5;

// Most words that an event with `push` new frames takes.
constexpr std::size_t raw_event_words_bound(std::uint32_t push) noexcept {
  return kRawMaxHeadWords + (push + 1U) / 2;
}

// Writes everything of `event` but the pc ids at `out` (room for kRawMaxHeadWords words); returns where the
// pc ids go. The caller writes event.push ids there and rounds up to a whole word.
inline std::uint64_t* put_raw_event_head(std::uint64_t* out, const Event& event) noexcept {
  const bool big_size = event.size >= kSizeEscape;
  const bool deep = event.keep >= kDepthEscape || event.push >= kDepthEscape;
  out[0] = event.ticks;
  out[1] = event.address << 8 | (event.has_stack ? 0U : kNoStackBit) | static_cast<std::uint8_t>(event.op);
  const std::uint64_t size = big_size ? kSizeEscape : event.size;
  const std::uint64_t keep = deep ? kDepthEscape : event.keep;
  const std::uint64_t push = deep ? kDepthEscape : event.push;
  out[2] = size | keep << 32 | push << 48;
  out += kRawFixedWords;
  if (big_size) *out++ = event.size;
  if (deep) *out++ = event.keep | static_cast<std::uint64_t>(event.push) << 32;
  if (has_old_address(event.op)) *out++ = event.old_address;
  if (has_begin_ticks(event.op)) *out++ = event.begin_ticks;
  if (has_extra(event.op)) *out++ = event.extra;
  return out;
}

// Writes the pc ids behind the head; returns the end of the event. Reads one id more than there are if their
// number is odd. One by one: they were stored just now, and a load across two fresh stores waits for both.
inline std::uint64_t* put_raw_pc_ids(std::uint64_t* out, const std::uint32_t* ids,
                                     std::uint32_t count) noexcept {
  for (std::uint32_t i = 0; i < count; i += 2, ++out) {
    char* const pair = reinterpret_cast<char*>(out);
    std::memcpy(pair, ids + i, sizeof(*ids));
    std::memcpy(pair + sizeof(*ids), ids + i + 1, sizeof(*ids));
  }
  return out;
}

// The two shapes of nearly all events, in the same bytes as put_raw_event_head writes for them.
constexpr bool is_plain_allocation(Op op, std::uint64_t size, std::uint32_t keep,
                                   std::uint32_t push) noexcept {
  return size < kSizeEscape && (keep | push) < kDepthEscape && !has_extra(op);
}
inline std::uint64_t* put_raw_allocation(std::uint64_t* out, Op op, std::uint64_t ticks,
                                         std::uint64_t address, std::uint64_t size, std::uint32_t keep,
                                         std::uint32_t push) noexcept {
  out[0] = ticks;
  out[1] = address << 8 | static_cast<std::uint8_t>(op);
  out[2] = size | std::uint64_t{keep} << 32 | std::uint64_t{push} << 48;
  return out + kRawFixedWords;
}
inline std::uint64_t* put_raw_free(std::uint64_t* out, Op op, std::uint64_t ticks,
                                   std::uint64_t address) noexcept {
  out[0] = ticks;
  out[1] = address << 8 | kNoStackBit | static_cast<std::uint8_t>(op);
  out[2] = 0;
  return out + kRawFixedWords;
}

// The same two shapes, for reading, if few frames are pushed. kOther: get_raw_event() is to read it, or to
// find out what is wrong.
inline constexpr std::uint32_t kMaxPlainPush = 8;
inline constexpr std::size_t kRawPlainWords = kRawFixedWords + kMaxPlainPush / 2;
enum class RawShape : std::uint8_t { kOther, kAllocation, kFree };
constexpr RawShape raw_shape_of_byte(std::uint8_t byte) noexcept {
  const Op op = static_cast<Op>(byte & ~kNoStackBit);
  if ((byte & kNoStackBit) != 0) return kind_of(op) == OpKind::kFree ? RawShape::kFree : RawShape::kOther;
  return kind_of(op) == OpKind::kAlloc && !has_extra(op) ? RawShape::kAllocation : RawShape::kOther;
}
inline constexpr auto kRawShapes = [] {
  std::array<RawShape, 256> shapes{};
  for (std::size_t i = 0; i != shapes.size(); ++i) shapes[i] = raw_shape_of_byte(static_cast<std::uint8_t>(i));
  return shapes;
}();
// Requires: kRawPlainWords words can be read.
inline RawShape raw_shape(const std::uint64_t* event) noexcept {
  const RawShape shape = kRawShapes[static_cast<std::uint8_t>(event[1])];
  if (shape != RawShape::kAllocation) return shape;
  const bool is_plain =
      static_cast<std::uint32_t>(event[2]) != kSizeEscape && event[2] >> 48 <= kMaxPlainPush;
  return is_plain ? RawShape::kAllocation : RawShape::kOther;
}

// Reads the event at `cursor` and moves past it; `pc_ids` then points at event.push ids inside the input.
// Returns false when the words end early or make no sense; the rest of the slot is then lost.
inline bool get_raw_event(const std::uint64_t*& cursor, const std::uint64_t* end, Event& event,
                          const std::uint32_t*& pc_ids) noexcept {
  const std::uint64_t* p = cursor;
  if (end - p < static_cast<std::ptrdiff_t>(kRawFixedWords)) return false;
  const std::uint8_t op_byte = static_cast<std::uint8_t>(p[1]);
  event.op = static_cast<Op>(op_byte & ~kNoStackBit);
  if (kind_of(event.op) == OpKind::kInvalid) return false;
  event.has_stack = (op_byte & kNoStackBit) == 0;
  event.ticks = p[0];
  event.address = p[1] >> 8;
  event.size = p[2] & 0xffffffff;
  event.keep = (p[2] >> 32) & 0xffff;
  event.push = static_cast<std::uint32_t>(p[2] >> 48);
  const bool big_size = event.size == kSizeEscape;
  // From the word itself: comparing the two members would be merged into one load across two fresh stores.
  const bool deep = p[2] >> 32 == (kDepthEscape << 16 | kDepthEscape);
  p += kRawFixedWords;
  const std::ptrdiff_t more = (big_size ? 1 : 0) + (deep ? 1 : 0) + (has_old_address(event.op) ? 1 : 0) +
                              (has_begin_ticks(event.op) ? 1 : 0) + (has_extra(event.op) ? 1 : 0);
  if (end - p < more) return false;
  if (big_size) event.size = *p++;
  if (deep) {
    event.keep = static_cast<std::uint32_t>(*p);
    event.push = static_cast<std::uint32_t>(*p++ >> 32);
  }
  event.old_address = has_old_address(event.op) ? *p++ : 0;
  event.begin_ticks = has_begin_ticks(event.op) ? *p++ : event.ticks;
  event.extra = has_extra(event.op) ? *p++ : 0;
  if (event.push > kMaxStackDepth || event.keep > kMaxStackDepth) return false;
  const std::ptrdiff_t pc_words = (event.push + 1) / 2;
  if (end - p < pc_words) return false;
  pc_ids = reinterpret_cast<const std::uint32_t*>(p);
  cursor = p + pc_words;
  return true;
}

}  // namespace leak::trace
