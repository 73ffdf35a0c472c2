// Memory that the program has declared to be roots (__lsan_register_root_region): what it points to is in use.
//
// Any thread adds and removes without a lock; a reader has stopped the threads, or takes what it gets.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace leak::hook {

class RootRegions {
 public:
  static constexpr std::size_t kCapacity = 256;

  // False: there are too many, or it is empty.
  bool add(std::uintptr_t begin, std::uintptr_t end) noexcept;
  // Exactly this region, once. False: there is none.
  bool remove(std::uintptr_t begin, std::uintptr_t end) noexcept;

  // f(begin, end)
  template <class F>
  void for_each(F&& f) const noexcept {
    for (const Entry& entry : entries_) {
      // acquire: pairs with add; who sees the end sees its begin.
      const std::uintptr_t end = entry.end.load(std::memory_order_acquire);
      if (end > kTaken) f(entry.begin.load(std::memory_order_relaxed), end);
    }
  }

 private:
  static constexpr std::uintptr_t kFree = 0;
  static constexpr std::uintptr_t kTaken = 1;  // being added or removed

  struct Entry {
    std::atomic<std::uintptr_t> begin{0};
    std::atomic<std::uintptr_t> end{kFree};
  };
  Entry entries_[kCapacity];
};

extern constinit RootRegions g_root_regions;

}  // namespace leak::hook
