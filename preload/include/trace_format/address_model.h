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
//   2d      the block of the d-th last allocation, d >= 1
//   2n + 1  unfold_distance(n) bytes from the address of the thread's previous event
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
// encoder's working set is what counts: with kSmallPlaceBits it touches little more than 128 KB.
class AddressModel {
 public:
  // Blocks are remembered in 2^bits places.
  static constexpr unsigned kPlaceBits = 16;
  static constexpr unsigned kSmallPlaceBits = 13;

  // Forgets everything, in constant time.
  void begin_chunk(unsigned place_bits) noexcept {
    place_shift_ = 64 - place_bits;
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

  // An event of this address comes soon.
  void expect(std::uint64_t address) const noexcept { __builtin_prefetch(&place_of(address), 1); }

  std::uint64_t encode_allocation(std::uint64_t address, std::uint64_t size) noexcept {
    FreeList& list = thread_->lists[class_of(size)];
    std::uint64_t code = kCarvedCode;
    for (std::uint32_t age = 0; age != list.count; ++age) {
      if (list.youngest(age) == address) {
        code = age;
        break;
      }
    }
    if (code == kCarvedCode && address != thread_->carved) {
      code = kFarCode + fold_distance(wrapping_difference(address, thread_->carved));
    }
    note_allocation(list, code, address, size);
    return code;
  }

  std::uint64_t decode_allocation(std::uint64_t code, std::uint64_t size) noexcept {
    FreeList& list = thread_->lists[class_of(size)];
    std::uint64_t address = thread_->carved;
    if (code < kCarvedCode) {
      address = list.youngest(static_cast<std::uint32_t>(code));
    } else if (code >= kFarCode) {
      address += static_cast<std::uint64_t>(unfold_distance(code - kFarCode));
    }
    by_sequence_[sequence_ % kHistory] = address;
    note_allocation(list, code, address, size);
    return address;
  }

  std::uint64_t encode_free(std::uint64_t address) noexcept {
    const Made& made = place_of(address);
    const std::uint64_t code = free_code(made, address);
    note_free(made, address);
    return code;
  }

  // A block that stayed where it was and has another size now. Coded like a free.
  std::uint64_t encode_resized(std::uint64_t address, std::uint64_t size) noexcept {
    const Made& made = place_of(address);
    const std::uint64_t code = free_code(made, address);
    note_made(address, size);
    return code;
  }
  std::uint64_t decode_resized(std::uint64_t code, std::uint64_t size) noexcept {
    const std::uint64_t address = address_of_free(code);
    by_sequence_[sequence_ % kHistory] = address;
    note_made(address, size);
    return address;
  }

  // Any code gives some address: a hostile one gives a wrong one, never a wild access.
  std::uint64_t decode_free(std::uint64_t code) noexcept {
    const std::uint64_t address = address_of_free(code);
    note_free(place_of(address), address);
    return address;
  }

 private:
  static constexpr std::size_t kHistory = std::size_t{1} << 16;  // more than a chunk has allocations
  static constexpr std::size_t kPlaces = std::size_t{1} << kPlaceBits;
  static constexpr std::size_t kThreads = 8;
  static constexpr std::size_t kClasses = 80;
  static constexpr std::uint64_t kCarvedCode = 7;
  static constexpr std::uint64_t kFarCode = 8;

  struct Made {
    std::uint64_t address_and_class;  // address << 8 | size class; addresses have 56 bits
    std::uint32_t sequence;
    std::uint32_t epoch;

    std::uint64_t address() const noexcept { return address_and_class >> 8; }
    std::size_t size_class() const noexcept { return address_and_class & 0xff; }
  };
  static_assert(sizeof(Made) == 16);
  struct FreeList {
    std::uint64_t blocks[8];
    std::uint32_t top;    // position of the youngest
    std::uint32_t count;  // at most kCarvedCode
    std::uint64_t youngest(std::uint32_t age) const noexcept { return blocks[(top - age) % 8]; }
  };
  struct Thread {
    std::uint64_t carved;  // end of the block carved last
    std::uint64_t latest;  // address of the latest event
    std::uint32_t epoch;
    FreeList lists[kClasses];
  };

  Made& place_of(std::uint64_t address) noexcept { return made_[place_number(address)]; }
  const Made& place_of(std::uint64_t address) const noexcept { return made_[place_number(address)]; }
  std::uint64_t place_number(std::uint64_t address) const noexcept {
    return (address >> 4) * 0x9e3779b97f4a7c15 >> place_shift_;
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

  bool is_known(const Made& made, std::uint64_t address) const noexcept {
    return made.address() == address && made.epoch == epoch_;
  }
  std::uint64_t free_code(const Made& made, std::uint64_t address) const noexcept {
    if (is_known(made, address)) return std::uint64_t{sequence_ - made.sequence} << 1;
    return fold_distance(wrapping_difference(address, thread_->latest)) << 1 | 1;
  }
  std::uint64_t address_of_free(std::uint64_t code) const noexcept {
    if ((code & 1) == 0) return by_sequence_[(sequence_ - (code >> 1)) % kHistory];
    return thread_->latest + static_cast<std::uint64_t>(unfold_distance(code >> 1));
  }

  void note_made(std::uint64_t address, std::uint64_t size) noexcept {
    place_of(address) = {address << 8 | class_of(size), sequence_, epoch_};
    ++sequence_;
    thread_->latest = address;
  }

  void note_allocation(FreeList& list, std::uint64_t code, std::uint64_t address,
                       std::uint64_t size) noexcept {
    if (code < kCarvedCode) {  // out of the list: the younger ones move up into its place
      for (std::uint32_t age = static_cast<std::uint32_t>(code); age != 0; --age) {
        list.blocks[(list.top - age) % 8] = list.blocks[(list.top - age + 1) % 8];
      }
      --list.top;
      if (list.count != 0) --list.count;
    } else {
      thread_->carved = address + block_bytes(size);
    }
    note_made(address, size);
  }

  void note_free(const Made& made, std::uint64_t address) noexcept {
    thread_->latest = address;
    if (!is_known(made, address)) return;  // of unknown size
    FreeList& list = thread_->lists[made.size_class()];
    ++list.top;
    list.blocks[list.top % 8] = address;
    if (list.count != kCarvedCode) ++list.count;
  }

  std::uint32_t epoch_;
  std::uint32_t sequence_;
  Thread* thread_;
  Thread threads_[kThreads];
  unsigned place_shift_;
  Made made_[kPlaces];
  std::uint64_t by_sequence_[kHistory];  // decoding only
};

}  // namespace leak::trace
