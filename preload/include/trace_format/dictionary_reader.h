// The dictionary of a chunk (event_dictionary.h says what it is) as its decoder fills it.
#pragma once

#include <cstdint>

#include "trace_format/event_dictionary.h"
#include "trace_format/record.h"

namespace leak::trace {

class DictionaryReader {
 public:
  struct Entry {
    std::uint64_t size;  // of the last event; frees: 0
    std::uint32_t dropped;
    std::uint32_t push;  // at most kMaxEntryPush
    Op op;
    bool has_stack;
    std::uint32_t pc_ids[kMaxEntryPush];
  };

  void begin_chunk() noexcept { count_ = 0; }

  // Requires: code > kNewEntryCode. nullptr: there is no such entry.
  Entry* find(std::uint64_t code) noexcept {
    const std::uint64_t number = code >> 1;
    return number <= count_ ? &entries_[number - 1] : nullptr;
  }
  // nullptr: there are too many.
  Entry* add() noexcept { return count_ == kMaxEntries ? nullptr : &entries_[count_++]; }

  std::uint32_t count() const noexcept { return count_; }
  std::uint32_t number_of(const Entry& entry) const noexcept {
    return static_cast<std::uint32_t>(&entry - entries_) + 1;
  }
  const Entry& operator[](std::uint32_t number) const noexcept { return entries_[number - 1]; }

 private:
  std::uint32_t count_;
  Entry entries_[kMaxEntries];
};

}  // namespace leak::trace
