// What allocations and frees have in common, so that a chunk says it once. Most events have an operation, a
// number of frames dropped and pushed, and pc ids that an earlier event of the chunk had, and often its size
// too. Each such combination is an entry of the chunk's dictionary; entries are numbered from 1 in the order
// in which they are spelled out, and the numbers go on through all sections. Used for kEvents chunks with
// kEventsDictionary.
//
// Codes of an event (kEntry):
//   0       spelled out in the other columns, and no entry
//   1       spelled out in the other columns, and the next entry
//   2n      entry n, with the size that the last event of this entry had; frees have none
//   2n + 1  entry n, with a size of its own in kSize
// Of an event that is an entry, kOp, kStack and kPcs have nothing.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "trace_format/raw_codec.h"
#include "trace_format/record.h"

namespace leak::trace {

inline constexpr std::uint64_t kNoEntryCode = 0;
inline constexpr std::uint64_t kNewEntryCode = 1;
constexpr bool has_own_size(std::uint64_t code) noexcept { return (code & 1) != 0; }  // above those two
// Codes take two bytes at most.
inline constexpr std::uint32_t kMaxEntries = (1U << 13) - 1;
// Of stacks that push more frames there is no entry.
inline constexpr std::uint32_t kMaxEntryPush = kMaxPlainPush;

// What may be an entry: a free without a stack, or a plain allocation that pushes few frames.
constexpr bool may_be_entry(Op op, bool has_stack, std::uint64_t size, std::uint32_t push) noexcept {
  if (!has_stack) return kind_of(op) == OpKind::kFree;
  return kind_of(op) == OpKind::kAlloc && !has_extra(op) && size < kSizeEscape && push <= kMaxEntryPush;
}

// The dictionary as the encoder remembers it. Zero-filled memory makes a valid one. Two combinations in one
// place cost bytes, never correctness: the later one is spelled out, and gets a number of its own.
class EventDictionary {
 public:
  // A code as bytes, for events that have no size of their own.
  struct Code {
    std::uint16_t bytes;
    std::uint16_t length;

    // Writes 2 bytes at `end`, and moves it past those that count.
    void write(std::uint8_t*& end, bool has_own_size) const noexcept {
      const std::uint16_t word = static_cast<std::uint16_t>(bytes | (has_own_size ? 1U : 0U));
      static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__);
      std::memcpy(end, &word, sizeof(word));
      end += length;
    }
  };

  using TwoWords [[gnu::vector_size(16)]] = std::uint64_t;
  struct Key {
    TwoWords inner;      // four pc ids, 0 behind the last
    TwoWords outer;      // four more
    std::uint64_t head;  // operation, frames dropped and pushed
  };
  struct Entry {
    Key key;
    std::uint32_t epoch;
    Code code;
    std::uint32_t size;  // of the last event
  };
  static_assert(sizeof(Entry) == 64);

  // Forgets everything, in constant time.
  void begin_chunk() noexcept {
    ++epoch_;
    count_ = 0;
  }

  // Requires: push <= kMaxEntryPush; as many ids can be read, whatever stands behind the last.
  static Key key_of(Op op, std::uint32_t dropped, std::uint32_t push, const std::uint32_t* pc_ids) noexcept {
    Key key;
    std::memcpy(&key.inner, pc_ids, sizeof(key.inner));
    std::memcpy(&key.outer, pc_ids + kMaxEntryPush / 2, sizeof(key.outer));
    key.inner &= kMasks[push][0];
    key.outer &= kMasks[push][1];
    key.head = std::uint64_t{dropped} << 32 | std::uint64_t{push} << 8 | static_cast<std::uint64_t>(op);
    return key;
  }
  // Where the entry is, or would be.
  Entry& place_of(const Key& key) noexcept {
    const TwoWords words = key.inner ^ (key.outer << 11);
    const std::uint64_t sum =
        words[0] * 0x9e3779b97f4a7c15 + (words[1] ^ key.head << 20) * 0xd6e8feb86659fd93;
    return entries_[(sum ^ sum >> 32) * 0xbf58476d1ce4e5b9 >> (64 - kPlaceBits)];
  }
  bool holds(const Entry& entry, const Key& key) const noexcept {
    const TwoWords pcs = (entry.key.inner ^ key.inner) | (entry.key.outer ^ key.outer);
    return ((entry.key.head ^ key.head) | (entry.epoch ^ epoch_) | pcs[0] | pcs[1]) == 0;
  }
  // False: there are too many.
  bool put(Entry& entry, const Key& key, std::uint64_t size) noexcept {
    if (count_ == kMaxEntries) return false;
    entry = {key, epoch_, next_code(), static_cast<std::uint32_t>(size)};
    return true;
  }

  // Frees are told apart by their operation. nullptr: no entry yet.
  const Code* code_of_free(Op op) const noexcept {
    const Free& free = frees_[static_cast<std::size_t>(op) % kOps];
    return free.epoch == epoch_ ? &free.code : nullptr;
  }
  bool put_free(Op op) noexcept {
    if (count_ == kMaxEntries) return false;
    frees_[static_cast<std::size_t>(op) % kOps] = {next_code(), epoch_};
    return true;
  }

 private:
  static constexpr unsigned kPlaceBits = 11;
  static constexpr std::size_t kOps = 64;
  static constexpr auto kMasks = [] {
    std::array<std::array<TwoWords, 2>, kMaxEntryPush + 1> masks{};
    for (std::uint32_t push = 0; push <= kMaxEntryPush; ++push) {
      const auto word = [&](std::uint32_t first) {
        return push >= first + 2 ? ~std::uint64_t{0} : push > first ? 0xffffffff : 0;
      };
      masks[push] = {TwoWords{word(0), word(2)}, TwoWords{word(4), word(6)}};
    }
    return masks;
  }();

  Code next_code() noexcept {
    const std::uint32_t code = ++count_ << 1;
    if (code < 0x80) return {static_cast<std::uint16_t>(code), 1};
    return {static_cast<std::uint16_t>((code & 0x7f) | 0x80 | code >> 7 << 8), 2};  // as put_varint() does it
  }

  struct Free {
    Code code;
    std::uint32_t epoch;
  };

  std::uint32_t epoch_;
  std::uint32_t count_;
  Free frees_[kOps];
  alignas(64) Entry entries_[std::size_t{1} << kPlaceBits];
};

}  // namespace leak::trace
