#include "scan/address_range.h"

#include <algorithm>

namespace leak::hook {

void RangeSet::sort() noexcept {
  std::sort(ranges_.begin(), ranges_.end(),
            [](const AddressRange& a, const AddressRange& b) { return a.begin < b.begin; });
  std::size_t kept = 0;
  for (const AddressRange& range : ranges_) {
    if (kept != 0 && range.begin <= ranges_[kept - 1].end) {
      ranges_[kept - 1].end = std::max(ranges_[kept - 1].end, range.end);
    } else {
      ranges_[kept++] = range;
    }
  }
  ranges_.set_size(kept);
}

const AddressRange* RangeSet::at_or_above(std::uintptr_t address) const noexcept {
  const AddressRange* const found =
      std::upper_bound(ranges_.begin(), ranges_.end(), address,
                       [](std::uintptr_t value, const AddressRange& range) { return value < range.end; });
  return found == ranges_.end() ? nullptr : found;
}

}  // namespace leak::hook
