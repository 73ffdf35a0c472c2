// What is mapped where, from /proc/self/maps, and which of it can be read without a fault.
#pragma once

#include <cstdint>

#include "scan/address_range.h"
#include "scan/touched_pages.h"

namespace leak::hook {

enum class MappingKind : std::uint8_t {
  kAnonymous,
  kFile,
  kBrk,  // the program break's
  kMainStack,
  kIoUring,
  kUntouchable,  // devices and kernel pages: reading might do something
};

struct Mapping {
  std::uintptr_t begin;
  std::uintptr_t end;
  std::uint64_t file_offset;
  std::uint64_t inode;
  const char* path;  // "" for anonymous memory
  MappingKind kind;
  bool readable;
  bool writable;
  bool executable;
  bool shared;

  constexpr AddressRange range() const noexcept { return {begin, end}; }
};

class MemoryMap {
 public:
  // `questions`: what walks over the map may ask the kernel. False: /proc is not there, or no memory.
  bool load(PageQuestions questions = PageQuestions::kReadsOnly) noexcept;
  PageQuestions questions() const noexcept { return questions_; }

  // The mapping that holds `address`, or the first above it; end() if none.
  const Mapping* at_or_above(std::uintptr_t address) const noexcept;
  // The mapping that holds `address`, or nullptr.
  const Mapping* find(std::uintptr_t address) const noexcept;
  const Mapping* begin() const noexcept { return mappings_.begin(); }
  const Mapping* end() const noexcept { return mappings_.end(); }

  // Whether `bytes` at `address` can be read; asks the kernel where a file may have shrunk.
  bool can_read(std::uintptr_t address, std::size_t bytes) const noexcept;

  // The memory of this object itself, which the map may show.
  void for_each_own_range(bool (*add)(void* context, AddressRange), void* context) const noexcept;

 private:
  void parse_line(char* line, char* end) noexcept;

  GrowingArray<Mapping> mappings_;
  GrowingArray<char> text_;
  PageQuestions questions_ = PageQuestions::kReadsOnly;
};

// Walks readable pieces of ranges that come in ascending order, so that most need no search.
class ReadableWalk {
 public:
  explicit ReadableWalk(const MemoryMap& map) noexcept : map_(map), touched_(map.questions()) {}

  // Calls f(AddressRange) for each piece of `range` that can be read and was ever touched, ascending.
  template <class F>
  void for_each(AddressRange range, F&& f) noexcept {
    if (take_plainly(range)) [[likely]]
      return f(range);
    for (AddressRange piece; next_piece(range, piece); range.begin = piece.end) {
      read_bytes_ += piece.bytes();
      f(piece);
    }
  }

  // Counts the range as read if it lies in the same piece of the map as the one before and can be read
  // without a question. False: for_each knows more.
  bool take_plainly(AddressRange range) noexcept {
    if (!holds_plainly(range)) return false;
    read_bytes_ += range.bytes();
    return true;
  }

  std::uint64_t read_bytes() const noexcept { return read_bytes_; }
  std::uint64_t skipped_bytes() const noexcept { return skipped_bytes_; }

 private:
  // Smaller ranges of anonymous memory are read whether they were touched or not.
  static constexpr std::size_t kAskAboutTouch = std::size_t{1} << 20;

  bool holds_plainly(AddressRange range) const noexcept {
    return at_ != nullptr && at_ != map_.end() && range.begin >= at_->begin && range.end <= at_->end &&
           at_->readable && (at_->kind == MappingKind::kAnonymous || at_->kind == MappingKind::kBrk) &&
           !at_->shared && range.bytes() < kAskAboutTouch;
  }
  bool next_piece(AddressRange range, AddressRange& piece) noexcept;

  const MemoryMap& map_;
  const Mapping* at_ = nullptr;  // that of the last piece
  std::uint64_t read_bytes_ = 0;
  std::uint64_t skipped_bytes_ = 0;
  TouchedPages touched_;
};

}  // namespace leak::hook
