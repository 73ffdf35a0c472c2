// Sets of addresses as sorted, disjoint ranges.
#pragma once

#include <cstdint>

#include "scan/growing_array.h"

namespace leak::hook {

struct AddressRange {
  std::uintptr_t begin = 0;
  std::uintptr_t end = 0;

  constexpr bool contains(std::uintptr_t address) const noexcept { return address - begin < end - begin; }
  constexpr std::size_t bytes() const noexcept { return end - begin; }
};

class RangeSet {
 public:
  // In any order, also overlapping; sort() before the set is asked.
  bool add(AddressRange range) noexcept { return range.begin >= range.end || ranges_.push(range); }
  void sort() noexcept;

  // The range that holds `address`, or the first above it; nullptr: none.
  const AddressRange* at_or_above(std::uintptr_t address) const noexcept;
  bool contains(std::uintptr_t address) const noexcept {
    const AddressRange* const range = at_or_above(address);
    return range != nullptr && range->begin <= address;
  }

  // Calls f(AddressRange) for each piece of `whole` that is not in the set, ascending.
  template <class F>
  void for_each_outside(AddressRange whole, F&& f) const noexcept {
    std::uintptr_t at = whole.begin;
    for (const AddressRange* cut = at_or_above(at); at < whole.end; ++cut) {
      if (cut == nullptr || cut == ranges_.end() || cut->begin >= whole.end) {
        f(AddressRange{at, whole.end});
        return;
      }
      if (cut->begin > at) f(AddressRange{at, cut->begin});
      if (cut->end > at) at = cut->end;
    }
  }

 private:
  GrowingArray<AddressRange> ranges_;
};

}  // namespace leak::hook
