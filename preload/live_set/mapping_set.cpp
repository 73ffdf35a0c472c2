#include "live_set/mapping_set.h"

#include "sys/pages.h"

namespace leak::hook {

constinit MappingSet g_program_mappings;

std::size_t MappingSet::first_ending_after(std::uintptr_t address) const noexcept {
  std::size_t low = 0, high = count_.load(std::memory_order_relaxed);
  while (low != high) {
    const std::size_t middle = low + (high - low) / 2;
    if (entries_[middle].end.load(std::memory_order_relaxed) > address) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return low;
}

void MappingSet::set_locked(std::size_t at, std::uintptr_t begin, std::uintptr_t end) noexcept {
  entries_[at].begin.store(begin, std::memory_order_relaxed);
  entries_[at].end.store(end, std::memory_order_relaxed);
}

bool MappingSet::insert_locked(std::size_t at, std::uintptr_t begin, std::uintptr_t end) noexcept {
  const std::size_t count = count_.load(std::memory_order_relaxed);
  if (count == kCapacity) return false;
  if (count != 0)
    set_locked(count, entries_[count - 1].begin.load(std::memory_order_relaxed),
               entries_[count - 1].end.load(std::memory_order_relaxed));
  count_.store(count + 1, std::memory_order_release);  // pairs with for_each: never an entry less
  for (std::size_t i = count; i > at + 1; --i) {
    set_locked(i - 1, entries_[i - 2].begin.load(std::memory_order_relaxed),
               entries_[i - 2].end.load(std::memory_order_relaxed));
  }
  set_locked(at, begin, end);
  return true;
}

void MappingSet::erase_locked(std::size_t first, std::size_t last) noexcept {
  if (first == last) return;
  const std::size_t count = count_.load(std::memory_order_relaxed);
  for (std::size_t i = last; i != count; ++i) {
    set_locked(first + i - last, entries_[i].begin.load(std::memory_order_relaxed),
               entries_[i].end.load(std::memory_order_relaxed));
  }
  count_.store(count - (last - first), std::memory_order_release);
}

bool MappingSet::remove_locked(std::uintptr_t begin, std::uintptr_t end) noexcept {
  std::size_t first = first_ending_after(begin);
  const std::size_t count = count_.load(std::memory_order_relaxed);
  if (first == count || entries_[first].begin.load(std::memory_order_relaxed) >= end) return false;
  const std::uintptr_t first_begin = entries_[first].begin.load(std::memory_order_relaxed);
  const std::uintptr_t first_end = entries_[first].end.load(std::memory_order_relaxed);
  if (first_begin < begin) {
    if (first_end > end) insert_locked(first + 1, end, first_end);  // full: the upper part is forgotten
    entries_[first].end.store(begin, std::memory_order_relaxed);
    ++first;
  }
  std::size_t last = first;
  const std::size_t now = count_.load(std::memory_order_relaxed);
  while (last != now && entries_[last].end.load(std::memory_order_relaxed) <= end) ++last;
  if (last != now && entries_[last].begin.load(std::memory_order_relaxed) < end) {
    entries_[last].begin.store(end, std::memory_order_relaxed);
  }
  erase_locked(first, last);
  return true;
}

void MappingSet::add(const void* address, std::size_t bytes) noexcept {
  if (!enabled() || bytes == 0) return;
  const std::uintptr_t begin = reinterpret_cast<std::uintptr_t>(address);
  const std::uintptr_t end = begin + sys::round_to_pages(bytes);
  const sys::SpinGuard guard(lock_);
  remove_locked(begin, end);
  insert_locked(first_ending_after(begin), begin, end);
}

bool MappingSet::remove(const void* address, std::size_t bytes) noexcept {
  if (!enabled() || bytes == 0) return false;
  const std::uintptr_t begin = reinterpret_cast<std::uintptr_t>(address);
  const sys::SpinGuard guard(lock_);
  return remove_locked(begin, begin + sys::round_to_pages(bytes));
}

}  // namespace leak::hook
