// How long freed blocks lived, from allocation to free, in classes of powers of two of nanoseconds.
//
// A block carries the time of its allocation as a stamp of 32 bits, which is as fine as the length of the
// recording lets it be: one quantum up to some minutes, a ten-thousandth of a second after weeks.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>

namespace leak::scan {

class LifetimeClock {
 public:
  // Of which no lifetime is known: every stamp is kUnknown.
  LifetimeClock() = default;

  // Times are in quanta.
  LifetimeClock(std::uint64_t start, std::uint64_t end, double ns_per_quantum) : start_(start), is_on_(true) {
    const std::uint64_t length = end > start ? end - start : 0;
    shift_ = static_cast<unsigned>(std::max(static_cast<int>(std::bit_width(length + 1)) - 32, 0));
    ns_per_unit_ = ns_per_quantum * static_cast<double>(std::uint64_t{1} << shift_);
  }

  static constexpr std::uint32_t kUnknown = 0;

  std::uint32_t stamp(std::uint64_t time) const {
    if (!is_on_ || time < start_) return kUnknown;
    return static_cast<std::uint32_t>(std::min<std::uint64_t>((time - start_) >> shift_, kLast - 1)) + 1;
  }

  // Requires: both were stamped.
  std::uint64_t ns_between(std::uint32_t from, std::uint32_t to) const {
    return to > from ? static_cast<std::uint64_t>(static_cast<double>(to - from) * ns_per_unit_) : 0;
  }

  bool is_on() const { return is_on_; }
  double resolution_ns() const { return ns_per_unit_; }

 private:
  static constexpr std::uint64_t kLast = 0xffffffff;

  std::uint64_t start_ = 0;
  unsigned shift_ = 0;
  double ns_per_unit_ = 0;
  bool is_on_ = false;
};

class LifetimeCounts {
 public:
  struct Class {
    std::uint64_t blocks = 0;
    std::uint64_t bytes = 0;
  };

  void add(std::uint64_t lifetime_ns, std::uint64_t size) {
    Class& one = classes_[static_cast<std::size_t>(std::bit_width(lifetime_ns))];
    ++one.blocks;
    one.bytes += size;
  }

  void add(const LifetimeCounts& other) {
    for (std::size_t i = 0; i != classes_.size(); ++i) {
      classes_[i].blocks += other.classes_[i].blocks;
      classes_[i].bytes += other.classes_[i].bytes;
    }
  }

  // Index: bit_width of the nanoseconds.
  const std::array<Class, 65>& classes() const { return classes_; }

 private:
  std::array<Class, 65> classes_{};
};

}  // namespace leak::scan
