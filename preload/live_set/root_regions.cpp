#include "live_set/root_regions.h"

namespace leak::hook {

constinit RootRegions g_root_regions;

bool RootRegions::add(std::uintptr_t begin, std::uintptr_t end) noexcept {
  if (begin >= end) return false;
  for (Entry& entry : entries_) {
    std::uintptr_t expected = kFree;
    if (!entry.end.compare_exchange_strong(expected, kTaken, std::memory_order_relaxed)) continue;
    entry.begin.store(begin, std::memory_order_relaxed);
    entry.end.store(end, std::memory_order_release);  // pairs with for_each and remove
    return true;
  }
  return false;
}

bool RootRegions::remove(std::uintptr_t begin, std::uintptr_t end) noexcept {
  for (Entry& entry : entries_) {
    if (entry.end.load(std::memory_order_acquire) != end ||  // pairs with add
        entry.begin.load(std::memory_order_relaxed) != begin) {
      continue;
    }
    // Another thread may be taking the same one away; then this looks for the next.
    std::uintptr_t expected = end;
    if (entry.end.compare_exchange_strong(expected, kFree, std::memory_order_relaxed)) return true;
  }
  return false;
}

}  // namespace leak::hook
