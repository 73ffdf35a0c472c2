#include "scan/touched_pages.h"

#include <fcntl.h>
#include <sys/ioctl.h>

#include <algorithm>

#include "sys/pages.h"
#include "sys/syscalls.h"

namespace leak::hook {

namespace {

// struct page_region and struct pm_scan_arg of <linux/fs.h>, which is older than they are on many systems.
struct PageRegion {
  std::uint64_t begin;
  std::uint64_t end;
  std::uint64_t categories;
};

struct PageScan {
  std::uint64_t size;
  std::uint64_t flags;
  std::uint64_t begin;
  std::uint64_t end;
  std::uint64_t walk_end;  // the answer: up to where it holds
  std::uint64_t regions;
  std::uint64_t most_regions;
  std::uint64_t most_pages;
  std::uint64_t inverted_categories;
  std::uint64_t all_of;
  std::uint64_t any_of;
  std::uint64_t told;
};
static_assert(sizeof(PageScan) == 96);

constexpr unsigned long kPageScan = _IOWR('f', 16, PageScan);
constexpr std::uint64_t kPresent = 1 << 3;
constexpr std::uint64_t kSwapped = 1 << 4;

}  // namespace

TouchedPages::~TouchedPages() {
  if (pagemap_ >= 0) sys::raw_syscall(SYS_close, pagemap_);
}

bool TouchedPages::first_piece(AddressRange range, AddressRange& piece) noexcept {
  constexpr std::size_t kWorthLeavingOut = 16 * sys::kPageBytes;
  const AddressRange pages = {range.begin & ~(sys::kPageBytes - 1), sys::round_to_pages(range.end)};
  piece = {};
  if (range.begin >= range.end) return false;
  for (std::uintptr_t at = pages.begin; at < pages.end;) {
    if (!known_.contains(at) && !learn({at, pages.end})) {
      piece = {piece.end != 0 ? piece.begin : std::max(at, range.begin), range.end};
      return true;
    }
    const AddressRange region = first_region_above(at);
    const std::uintptr_t begin = region.end == 0 ? known_.end : std::max(at, region.begin);
    if (piece.end != 0 && begin - piece.end >= kWorthLeavingOut) break;
    at = begin;
    if (region.end == 0 || at >= range.end) continue;
    if (piece.end == 0) piece.begin = std::max(begin, range.begin);
    at = region.end;
    piece.end = std::min(region.end, range.end);
  }
  return piece.end != 0;
}

// Empty: none of those that are known.
AddressRange TouchedPages::first_region_above(std::uintptr_t address) const noexcept {
  const AddressRange* const end = regions_ + region_count_;
  const AddressRange* const found =
      std::upper_bound(regions_, end, address,
                       [](std::uintptr_t value, const AddressRange& region) { return value < region.end; });
  return found != end ? *found : AddressRange{};
}

// False: the kernel does not say.
bool TouchedPages::learn(AddressRange pages) noexcept {
  if (pagemap_ == kNotOpened) {
    pagemap_ = static_cast<int>(
        sys::raw_syscall(SYS_openat, AT_FDCWD, sys::as_arg("/proc/self/pagemap"), O_RDONLY | O_CLOEXEC, 0));
  }
  if (pagemap_ < 0) return false;
  if (questions_ == PageQuestions::kAny) {
    if (learn_by_scan(pages)) return true;
    questions_ = PageQuestions::kReadsOnly;  // an older kernel
  }
  return learn_by_reading(pages);
}

bool TouchedPages::learn_by_scan(AddressRange pages) noexcept {
  PageRegion found[kMostRegions];
  PageScan scan{};
  scan.size = sizeof(scan);
  scan.begin = pages.begin;
  scan.end = pages.end;
  scan.regions = static_cast<std::uint64_t>(sys::as_arg(found));
  scan.most_regions = kMostRegions;
  scan.any_of = kPresent | kSwapped;
  scan.told = kPresent | kSwapped;
  const long count = sys::raw_syscall(SYS_ioctl, pagemap_, static_cast<long>(kPageScan), sys::as_arg(&scan));
  if (count < 0 || scan.walk_end <= pages.begin) return false;
  region_count_ = static_cast<std::size_t>(count);
  for (std::size_t i = 0; i != region_count_; ++i) regions_[i] = {found[i].begin, found[i].end};
  known_ = {pages.begin, scan.walk_end};
  return true;
}

bool TouchedPages::learn_by_reading(AddressRange pages) noexcept {
  constexpr std::uint64_t kPresentOrSwapped = std::uint64_t{3} << 62;
  constexpr std::size_t kEntries = 512;
  std::uint64_t entries[kEntries];
  const std::size_t wanted = std::min(kEntries, pages.bytes() / sys::kPageBytes);
  const long got = sys::raw_syscall(SYS_pread64, pagemap_, sys::as_arg(entries),
                                    static_cast<long>(wanted * sizeof(entries[0])),
                                    static_cast<long>(pages.begin / sys::kPageBytes * sizeof(entries[0])));
  if (got < static_cast<long>(sizeof(entries[0]))) return false;
  region_count_ = 0;
  std::uintptr_t page = pages.begin;
  for (std::size_t i = 0; i != static_cast<std::size_t>(got) / sizeof(entries[0]);
       ++i, page += sys::kPageBytes) {
    if ((entries[i] & kPresentOrSwapped) == 0) continue;
    if (region_count_ == 0 || regions_[region_count_ - 1].end != page) {
      if (region_count_ == kMostRegions) break;
      regions_[region_count_++] = {page, page};
    }
    regions_[region_count_ - 1].end = page + sys::kPageBytes;
  }
  known_ = {pages.begin, page};
  return true;
}

}  // namespace leak::hook
