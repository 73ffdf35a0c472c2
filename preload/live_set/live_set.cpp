#include "live_set/live_set.h"

#include "sys/pages.h"

namespace leak::hook {

constinit LiveSet g_live_set;
constinit UsableSize g_usable_size = nullptr;
constinit bool g_sizes_for_all_threads = false;

LiveSet::Cell* LiveSet::install_leaf(std::uintptr_t block) noexcept {
  const std::size_t number = block >> kLeafShift;
  if (number >= kLeaves) return nullptr;
  const std::size_t bytes = planes_of(shift_.load(std::memory_order_relaxed)) * kPlaneCells * sizeof(Cell);
  Cell* const fresh = static_cast<Cell*>(sys::map_pages(bytes));
  if (fresh == nullptr) return nullptr;
  Cell* expected = nullptr;
  // release: pairs with leaf_of; the leaf is all zeros for everyone.
  if (!leaves_[number].compare_exchange_strong(expected, fresh, std::memory_order_acq_rel)) {
    sys::unmap_pages(fresh, bytes);  // another thread was quicker
    return expected;
  }
  installed_[number / 64].fetch_or(std::uint64_t{1} << (number % 64), std::memory_order_release);
  return fresh;
}

}  // namespace leak::hook
