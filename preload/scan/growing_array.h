// Arrays in mappings of their own: what the scan uses instead of malloc. They know their place, so that a
// scan of the process that it runs in can leave them out.
#pragma once

#include <sys/mman.h>

#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

#include "sys/pages.h"

namespace leak::hook {

// Moves when it grows: pointers into it live until the next push. Growth remaps pages, it copies nothing.
template <class T>
class GrowingArray {
  static_assert(std::is_trivially_copyable_v<T> && std::is_trivially_destructible_v<T>);

 public:
  GrowingArray() noexcept = default;
  ~GrowingArray() {
    if (items_ != nullptr) sys::unmap_pages(items_, capacity_ * sizeof(T));
  }
  GrowingArray(const GrowingArray&) = delete;
  GrowingArray& operator=(const GrowingArray&) = delete;

  // Room for `count` items. False, with everything as before, when there is no memory.
  bool reserve(std::size_t count) noexcept {
    if (count <= capacity_) return true;
    std::size_t bytes = sys::round_to_pages(count * sizeof(T));
    // With small pages the look-ups in a large array miss the translation cache. In a smaller one they do
    // not, and a huge page that nobody had for long is dear: under a hypervisor to clear one took up to 15
    // ms. The advice may be refused.
    const bool huge = bytes >= kHugeFromBytes;
    if (huge) bytes = (bytes + kHugePage - 1) & ~(kHugePage - 1);
    void* const memory = items_ == nullptr ? map(bytes, huge) : remap(bytes, huge);
    if (memory == nullptr) return false;
    items_ = static_cast<T*>(memory);
    capacity_ = bytes / sizeof(T);
    if (huge) sys::raw_syscall(SYS_madvise, sys::as_arg(items_), static_cast<long>(bytes), MADV_HUGEPAGE);
    return true;
  }
  // Grows the capacity by half at least.
  bool reserve_more(std::size_t count) noexcept {
    const std::size_t wanted = size_ + count;
    if (wanted <= capacity_) return true;
    const std::size_t generous = capacity_ + capacity_ / 2 + kFirstBytes / sizeof(T);
    return reserve(wanted > generous ? wanted : generous);
  }
  bool push(const T& item) noexcept {
    if (size_ == capacity_ && !reserve_more(1)) [[unlikely]]
      return false;
    items_[size_++] = item;
    return true;
  }
  // New items are zero: memory straight from the kernel is, and the size never shrinks.
  bool resize(std::size_t count) noexcept {
    if (!reserve(count)) return false;
    size_ = count;
    return true;
  }
  // Requires: the items up to `count` were written through data() within the capacity.
  void set_size(std::size_t count) noexcept { size_ = count; }

  void swap(GrowingArray& other) noexcept {
    std::swap(items_, other.items_);
    std::swap(size_, other.size_);
    std::swap(capacity_, other.capacity_);
  }

  T* data() noexcept { return items_; }
  const T* data() const noexcept { return items_; }
  std::size_t size() const noexcept { return size_; }
  std::size_t capacity() const noexcept { return capacity_; }
  bool empty() const noexcept { return size_ == 0; }
  T& operator[](std::size_t index) noexcept { return items_[index]; }
  const T& operator[](std::size_t index) const noexcept { return items_[index]; }
  T* begin() noexcept { return items_; }
  T* end() noexcept { return items_ + size_; }
  const T* begin() const noexcept { return items_; }
  const T* end() const noexcept { return items_ + size_; }

 private:
  static constexpr std::size_t kFirstBytes = std::size_t{64} << 10;
  static constexpr std::size_t kHugePage = std::size_t{2} << 20;
  static constexpr std::size_t kHugeFromBytes = 16 * kHugePage;

  static void* map(std::size_t bytes, bool huge) noexcept {
    if (!huge) return sys::map_pages(bytes);
    const long place = static_cast<long>(sys::reserve_aligned(bytes, kHugePage));
    if (place == 0) return nullptr;
    constexpr int kReadWrite = PROT_READ | PROT_WRITE;
    if (sys::is_error(sys::raw_syscall(SYS_mprotect, place, static_cast<long>(bytes), kReadWrite))) {
      sys::raw_syscall(SYS_munmap, place, static_cast<long>(bytes));
      return nullptr;
    }
    sys::add_own_memory(reinterpret_cast<void*>(place), bytes);
    return reinterpret_cast<void*>(place);
  }
  void* remap(std::size_t bytes, bool huge) noexcept {
    const long place = huge ? static_cast<long>(sys::reserve_aligned(bytes, kHugePage)) : 0;
    const long moved =
        sys::raw_syscall(SYS_mremap, sys::as_arg(items_), static_cast<long>(mapped_bytes()),
                         static_cast<long>(bytes), MREMAP_MAYMOVE | (place != 0 ? MREMAP_FIXED : 0), place);
    if (sys::is_error(moved)) {
      if (place != 0) sys::raw_syscall(SYS_munmap, place, static_cast<long>(bytes));
      return nullptr;
    }
    void* const memory = reinterpret_cast<void*>(moved);
    sys::remove_own_memory(items_);
    sys::add_own_memory(memory, bytes);
    return memory;
  }
  std::size_t mapped_bytes() const noexcept { return sys::round_to_pages(capacity_ * sizeof(T)); }

  T* items_ = nullptr;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

}  // namespace leak::hook
