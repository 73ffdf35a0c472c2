// Which pages of the process's private memory were ever written. What never was is zero, and to read it would
// give the process page tables for nothing.
#pragma once

#include <cstddef>
#include <cstdint>

#include "scan/address_range.h"

namespace leak::hook {

enum class PageQuestions : std::uint8_t {
  kReadsOnly,  // reads of /proc/self/pagemap
  kAny,  // also the PAGEMAP_SCAN ioctl (Linux 6.7), which answers several times faster: pagemap_scan(2const).
         // A system-call filter might answer it with death.
};

// One thread's. Best asked in ascending order.
class TouchedPages {
 public:
  explicit TouchedPages(PageQuestions questions) noexcept : questions_(questions) {}
  ~TouchedPages();
  TouchedPages(const TouchedPages&) = delete;
  TouchedPages& operator=(const TouchedPages&) = delete;

  // The first piece of `range` that was touched, a few untouched pages between touched ones included. False:
  // none. Where the kernel does not say, all is taken for touched.
  bool first_piece(AddressRange range, AddressRange& piece) noexcept;

 private:
  static constexpr std::size_t kMostRegions = 64;

  bool learn(AddressRange pages) noexcept;
  bool learn_by_scan(AddressRange pages) noexcept;
  bool learn_by_reading(AddressRange pages) noexcept;
  AddressRange first_region_above(std::uintptr_t address) const noexcept;

  PageQuestions questions_;
  int pagemap_ = kNotOpened;
  static constexpr int kNotOpened = -1000;
  // What is known: of the pages of `known_` those of the regions were touched.
  AddressRange known_;
  std::size_t region_count_ = 0;
  AddressRange regions_[kMostRegions];
};

}  // namespace leak::hook
