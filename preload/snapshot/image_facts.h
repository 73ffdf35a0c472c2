// What the scan is told besides the live blocks, collected from the stopped process, or in its copy.
#pragma once

#include <cstdint>

#include "live_set/root_regions.h"
#include "scan/heap_scan.h"
#include "snapshot/captured_threads.h"

namespace leak::hook {

class ImageFacts {
 public:
  // Fills in the request's lists; they live as long as this. `requester`: the thread that asked, tid 0: none.
  // Requires: nothing moves, or only what the stop has missed.
  void collect(ScanRequest& request, const ThreadContext& requester, CapturedThreads& threads) noexcept;
  // In place: what was changed for the scan is as it was. Gives the memory back.
  void undo() noexcept;

  // A thread's pointer to thread-local storage that is really there, 0: none.
  std::uintptr_t some_thread_pointer() const noexcept;

 private:
  static constexpr std::uint32_t kMaxResized = 256;
  static constexpr std::uint32_t kMaxPinned = 1024;  // those and alternate signal stacks

  void list_threads(const ThreadContext& requester, CapturedThreads& threads) noexcept;
  void list_mappings() noexcept;
  void list_own_memory() noexcept;
  void keep_resized_blocks() noexcept;
  void pin_signal_stacks() noexcept;
  void list_root_regions() noexcept;

  template <class T>
  struct List {
    T* items = nullptr;
    std::uint32_t count = 0;
    std::uint32_t capacity = 0;
    bool open(std::size_t wanted) noexcept;
    void add(const T& item) noexcept {
      if (count < capacity) items[count++] = item;
    }
    void close() noexcept;
  };

  List<ThreadContext> threads_;
  List<AddressRange> mappings_;
  List<AddressRange> own_;
  PinnedRoot pinned_[kMaxPinned];  // resized blocks first
  bool was_marked_[kMaxResized] = {};
  std::uint32_t resized_count_ = 0;
  std::uint32_t pinned_count_ = 0;
  AddressRange root_regions_[RootRegions::kCapacity];
  std::uint32_t root_region_count_ = 0;
};

}  // namespace leak::hook
