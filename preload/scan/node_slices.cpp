#include "scan/node_slices.h"

#include <algorithm>

namespace leak::hook {

bool NodeSlices::claim(NodeSlice& slice) noexcept {
  const sys::SpinGuard guard(lock_);
  if (next_ == end_) return false;
  const std::uintptr_t begin = index_[next_].begin;
  const std::uintptr_t from = next_address_ != 0 ? next_address_ : begin;
  slice = {next_number_++, next_, next_ + 1, {from, ~std::uintptr_t{0}}};
  const std::size_t bytes = index_.noted_size(next_);
  if (large_ == LargeNodes::kCut && begin + bytes > from + kBytes) {
    slice.memory.end = next_address_ = from + kBytes;
    return true;
  }
  next_address_ = 0;
  // The end of a large node may lie far above the next one's begin: mappings hold blocks, but not one
  // another.
  while (slice.end != end_ && index_[slice.end].begin - from < kBytes &&
         index_.noted_size(slice.end) < kBytes)
    ++slice.end;
  next_ = slice.end;
  return true;
}

}  // namespace leak::hook
