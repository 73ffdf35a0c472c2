// What an address is likely to be, so that a trace need not spell it out: allocators hand out again what was
// freed last, and blocks are freed some number of allocations after they were made. Encoder and decoder run
// the same model over the same events, so each code means the same address on both sides. Used for kEvents
// chunks with kEventsAddressModel; the model starts empty with each chunk and lives through all its sections.
//
// Codes of an allocated address (kAddress):
//   0..6    the (code+1)-th youngest free block of this thread's size class
//   7       right behind the thread's previous newly carved block
//   8 + n   unfold_distance(n) bytes from there
// Codes of a freed address (kFreeAddress):
//   2d      the block of the d-th last allocation, d >= 1; it becomes a free block of this thread
//   2n + 1  unfold_distance(n) bytes from the address of the thread's previous event; of unknown size
// An encoder need not find what it could: any code that gives the address will do.
#pragma once

#include <cstddef>
#include <cstdint>

#include "trace_format/varint.h"

namespace leak::trace {

// Signed distances: multiples of 16 lose their four zero bits.
constexpr std::uint64_t fold_distance(std::int64_t distance) noexcept {
  return (distance & 15) == 0 ? zigzag(distance / 16) << 1 : zigzag(distance) << 1 | 1;
}
constexpr std::int64_t unfold_distance(std::uint64_t folded) noexcept {
  const std::int64_t value = unzigzag(folded >> 1);
  return (folded & 1) == 0 ? static_cast<std::int64_t>(static_cast<std::uint64_t>(value) << 4) : value;
}

// Zero-filled memory makes a valid one. Collisions and evictions only cost bytes, never correctness. The
// encoder's working set is what counts: 64 KB of places and 8 bytes for each allocation of the chunk.
class AddressModel {
 public:
  // Forgets everything, in constant time.
  void begin_chunk() noexcept {
    ++epoch_;
    sequence_ = 0;
  }
  void begin_section(std::uint32_t tid) noexcept {
    thread_ = &threads_[tid % kThreads];
    if (thread_->epoch == epoch_) return;
    thread_->epoch = epoch_;
    thread_->carved = 0;
    thread_->latest = 0;
    for (FreeList& list : thread_->lists) list.count = 0;
  }

  std::uint64_t encode_allocation(std::uint64_t address, std::uint64_t size) noexcept {
    const std::size_t size_class = class_of(size);
    place_of(address) = static_cast<std::uint16_t>(sequence_);
    note_made(address, size_class);
    FreeList& list = thread_->lists[size_class];
    for (std::uint32_t age = 0; age != list.count; ++age) {
      if (list.youngest(age) != address) continue;
      list.remove(age);
      return age;
    }
    const std::uint64_t carved = thread_->carved;
    thread_->carved = address + block_bytes(size);
    return address == carved ? kCarvedCode : kFarCode + fold_distance(wrapping_difference(address, carved));
  }
  std::uint64_t decode_allocation(std::uint64_t code, std::uint64_t size) noexcept {
    const std::size_t size_class = class_of(size);
    std::uint64_t address = thread_->carved;
    if (code < kCarvedCode) {
      FreeList& list = thread_->lists[size_class];
      address = list.youngest(static_cast<std::uint32_t>(code));
      list.remove(static_cast<std::uint32_t>(code));
    } else {
      if (code >= kFarCode) address += static_cast<std::uint64_t>(unfold_distance(code - kFarCode));
      thread_->carved = address + block_bytes(size);
    }
    note_made(address, size_class);
    return address;
  }

  std::uint64_t encode_free(std::uint64_t address) noexcept {
    const std::uint32_t sequence = place_of(address);
    const Made made = history_[sequence];
    const std::uint64_t code = free_code(made, sequence, address);
    if (is_known(code)) thread_->lists[made.size_class()].push(address);
    thread_->latest = address;
    return code;
  }
  // Any code gives some address: a hostile one gives a wrong one, never a wild access.
  std::uint64_t decode_free(std::uint64_t code) noexcept {
    const std::uint64_t address = address_of_free(code);
    if (is_known(code)) thread_->lists[made_by(code).size_class()].push(address);
    thread_->latest = address;
    return address;
  }

  // A block that stayed where it was and has another size now. Coded like a free.
  std::uint64_t encode_resized(std::uint64_t address, std::uint64_t size) noexcept {
    const std::uint32_t sequence = place_of(address);
    const std::uint64_t code = free_code(history_[sequence], sequence, address);
    place_of(address) = static_cast<std::uint16_t>(sequence_);
    note_made(address, class_of(size));
    return code;
  }
  std::uint64_t decode_resized(std::uint64_t code, std::uint64_t size) noexcept {
    const std::uint64_t address = address_of_free(code);
    note_made(address, class_of(size));
    return address;
  }

 private:
  static constexpr std::uint32_t kHistory = 1U << 16;  // more than a chunk has allocations
  static constexpr unsigned kPlaceBits = 15;
  static constexpr std::size_t kThreads = 8;
  static constexpr std::size_t kClasses = 80;
  static constexpr std::uint64_t kCarvedCode = 7;
  static constexpr std::uint64_t kFarCode = 8;

  struct Made {
    std::uint64_t address_and_class;  // address << 8 | size class; addresses have 56 bits

    std::uint64_t address() const noexcept { return address_and_class >> 8; }
    std::size_t size_class() const noexcept { return address_and_class & 0xff; }
  };
  struct FreeList {
    std::uint64_t blocks[8];
    std::uint32_t top;    // position of the youngest
    std::uint32_t count;  // at most kCarvedCode

    std::uint64_t youngest(std::uint32_t age) const noexcept { return blocks[(top - age) % 8]; }
    void push(std::uint64_t address) noexcept {
      ++top;
      blocks[top % 8] = address;
      if (count != kCarvedCode) ++count;
    }
    // The younger ones move up into its place.
    void remove(std::uint32_t age) noexcept {
      for (; age != 0; --age) blocks[(top - age) % 8] = blocks[(top - age + 1) % 8];
      --top;
      if (count != 0) --count;
    }
  };
  struct Thread {
    std::uint64_t carved;  // end of the block carved last
    std::uint64_t latest;  // address of the latest event
    std::uint32_t epoch;
    FreeList lists[kClasses];
  };

  std::uint16_t& place_of(std::uint64_t address) noexcept {
    return places_[(address >> 4) * 0x9e3779b97f4a7c15 >> (64 - kPlaceBits)];
  }
  // Block sizes of glibc's allocator up to about a kilobyte, then powers of two.
  static std::size_t class_of(std::uint64_t size) noexcept {
    const std::uint64_t units = (size + 23) >> 4;
    const std::uint64_t block = units < 2 ? 2 : units;
    if (block < 64) return static_cast<std::size_t>(block);
    const std::size_t power = static_cast<std::size_t>(63 - __builtin_clzll(block));
    const std::size_t large = 64 + power - 6;
    return large < kClasses ? large : kClasses - 1;
  }
  static std::uint64_t block_bytes(std::uint64_t size) noexcept {
    return size <= 24 ? 32 : (size + 23) & ~std::uint64_t{15};
  }

  // `made` and its `sequence` are what a place says, which may be another block's by now, or an earlier
  // chunk's.
  std::uint64_t free_code(const Made& made, std::uint32_t sequence, std::uint64_t address) const noexcept {
    if (made.address() == address && sequence < sequence_) [[likely]] {
      return std::uint64_t{(sequence_ - 1 - sequence) % kHistory + 1} << 1;
    }
    return fold_distance(wrapping_difference(address, thread_->latest)) << 1 | 1;
  }
  static bool is_known(std::uint64_t free_code) noexcept { return (free_code & 1) == 0; }
  const Made& made_by(std::uint64_t free_code) const noexcept {
    return history_[(sequence_ - (free_code >> 1)) % kHistory];
  }
  std::uint64_t address_of_free(std::uint64_t code) const noexcept {
    if (is_known(code)) return made_by(code).address();
    return thread_->latest + static_cast<std::uint64_t>(unfold_distance(code >> 1));
  }

  void note_made(std::uint64_t address, std::size_t size_class) noexcept {
    history_[sequence_ % kHistory] = {address << 8 | size_class};
    ++sequence_;
    thread_->latest = address;
  }

  std::uint32_t epoch_;
  std::uint32_t sequence_;  // allocations of this chunk
  Thread* thread_;
  Thread threads_[kThreads];
  Made history_[kHistory];
  std::uint16_t places_[std::size_t{1} << kPlaceBits];  // encoding only: the last allocation of an address
};

}  // namespace leak::trace
