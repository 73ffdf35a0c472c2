// Reads DWARF's little numbers from memory. Past the end everything is 0 and ok() is false.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace leak::hook::unwind {

class ByteReader {
 public:
  ByteReader(const std::uint8_t* at, const std::uint8_t* end) noexcept : at_(at), end_(end) {}

  bool ok() const noexcept { return ok_; }
  bool at_end() const noexcept { return at_ >= end_; }
  const std::uint8_t* at() const noexcept { return at_; }
  std::size_t left() const noexcept { return static_cast<std::size_t>(end_ - at_); }
  void fail() noexcept {
    ok_ = false;
    at_ = end_;
  }
  void skip(std::uint64_t bytes) noexcept {
    if (bytes > left()) return fail();
    at_ += bytes;
  }

  template <class T>
  T number() noexcept {
    T value{};
    if (left() < sizeof(T)) {
      fail();
      return value;
    }
    std::memcpy(&value, at_, sizeof(T));
    at_ += sizeof(T);
    return value;
  }
  std::uint8_t byte() noexcept { return number<std::uint8_t>(); }

  std::uint64_t uleb() noexcept {
    std::uint64_t value = 0;
    for (unsigned shift = 0;; shift += 7) {
      const std::uint8_t next = byte();
      if (shift < 64) value |= std::uint64_t{next & 0x7fU} << shift;
      if ((next & 0x80) == 0) return value;
    }
  }
  std::int64_t sleb() noexcept {
    std::uint64_t value = 0;
    unsigned shift = 0;
    std::uint8_t next;
    do {
      next = byte();
      if (shift < 64) value |= std::uint64_t{next & 0x7fU} << shift;
      shift += 7;
    } while ((next & 0x80) != 0);
    if ((next & 0x40) != 0 && shift < 64) value |= ~std::uint64_t{0} << shift;
    return static_cast<std::int64_t>(value);
  }

 private:
  const std::uint8_t* at_;
  const std::uint8_t* end_;
  bool ok_ = true;
};

}  // namespace leak::hook::unwind
