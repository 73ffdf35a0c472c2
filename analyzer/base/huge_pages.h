// Memory for tables that are met at random: in pages of 2 MiB, whose addresses fit into the processor's
// translation buffers. With small pages most of a look-up's time goes into walking page tables, twice over in
// a virtual machine (replay of 180 million events with 200,000 live blocks: a sixth of all CPU time).
#pragma once

#include <sys/mman.h>

#include <cstddef>
#include <cstdlib>
#include <new>

namespace leak::scan {

// An allocator for std::vector. Where the kernel gives no huge pages, ordinary ones are used.
template <class T>
struct HugePageAllocator {
  using value_type = T;

  HugePageAllocator() = default;
  template <class U>
  HugePageAllocator(const HugePageAllocator<U>&) noexcept {}  // NOLINT: allocators convert

  T* allocate(std::size_t count) {
    if (!is_large(count)) return static_cast<T*>(::operator new(count * sizeof(T), kAlignment));
    const std::size_t bytes = (count * sizeof(T) + kHugePage - 1) & ~(kHugePage - 1);
    void* const memory = std::aligned_alloc(kHugePage, bytes);
    if (memory == nullptr) throw std::bad_alloc();
    madvise(memory, bytes, MADV_HUGEPAGE);  // a wish: it may be refused
    return static_cast<T*>(memory);
  }
  void deallocate(T* memory, std::size_t count) noexcept {
    if (is_large(count)) {
      std::free(memory);
    } else {
      ::operator delete(memory, kAlignment);
    }
  }
  bool operator==(const HugePageAllocator&) const = default;

 private:
  static constexpr std::size_t kHugePage = std::size_t{2} << 20;
  static constexpr std::align_val_t kAlignment{alignof(T) > 64 ? alignof(T) : 64};

  static bool is_large(std::size_t count) { return count * sizeof(T) >= kHugePage; }
};

}  // namespace leak::scan
