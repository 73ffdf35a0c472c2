// The mappings that the program itself made and has not unmapped, as ascending disjoint ranges. The kernel's
// list is no substitute: it joins neighbours, and holds the allocator's and the loader's mappings too.
//
// Writers take a short lock: each has just made a system call that costs more. A reader takes none and may
// read while a writer is stopped half-way: entries are moved one by one, so it meets one of them twice, and
// passes over it.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "sys/spin_lock.h"

namespace leak::hook {

class MappingSet {
 public:
  static constexpr std::size_t kCapacity = 32768;

  void enable() noexcept { enabled_.store(true, std::memory_order_relaxed); }
  bool enabled() const noexcept { return enabled_.load(std::memory_order_relaxed); }

  // After the real call. Replaces what was there. Beyond the capacity a mapping is not noted: the scan then
  // takes it for memory of an unknown owner, whose pointers count.
  void add(const void* address, std::size_t bytes) noexcept;
  // Before the real call, since afterwards the range may be another thread's. The part of a range outside
  // stays. False: nothing was there, so that nothing is to be added again should the call fail.
  bool remove(const void* address, std::size_t bytes) noexcept;

  std::size_t size_bound() const noexcept { return count_.load(std::memory_order_relaxed); }
  // f(begin, end), ascending and disjoint.
  template <class F>
  void for_each(F&& f) const noexcept {
    std::uintptr_t last_end = 0;
    const std::size_t count = count_.load(std::memory_order_acquire);
    for (std::size_t i = 0; i != count; ++i) {
      const std::uintptr_t begin = entries_[i].begin.load(std::memory_order_relaxed);
      const std::uintptr_t end = entries_[i].end.load(std::memory_order_relaxed);
      if (begin < last_end || begin >= end) continue;
      f(begin, end);
      last_end = end;
    }
  }

  // A forked child: another thread of the parent may have held the lock.
  void repair_after_fork() noexcept { lock_.unlock(); }

 private:
  struct Entry {
    std::atomic<std::uintptr_t> begin{0};
    std::atomic<std::uintptr_t> end{0};
  };

  std::size_t first_ending_after(std::uintptr_t address) const noexcept;
  void set_locked(std::size_t at, std::uintptr_t begin, std::uintptr_t end) noexcept;
  bool insert_locked(std::size_t at, std::uintptr_t begin, std::uintptr_t end) noexcept;
  void erase_locked(std::size_t first, std::size_t last) noexcept;
  bool remove_locked(std::uintptr_t begin, std::uintptr_t end) noexcept;

  std::atomic<bool> enabled_{false};
  std::atomic<std::size_t> count_{0};
  sys::SpinLock lock_;
  Entry entries_[kCapacity] = {};
};

extern constinit MappingSet g_program_mappings;

}  // namespace leak::hook
