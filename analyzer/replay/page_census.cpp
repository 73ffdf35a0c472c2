#include "replay/page_census.h"

#include <algorithm>
#include <map>

namespace leak::scan {

namespace {

constexpr std::uint64_t kMappingsBegin = std::uint64_t{0x70} << 40;  // x86-64 and aarch64: near the top
constexpr unsigned kWindowShift = 26;

// Of a chunk: a header of 8 bytes, multiples of 16, at least 32. Other allocators need no more than that.
std::uint64_t used_by(std::uint64_t size) { return std::max<std::uint64_t>((size + 8 + 15) & ~15ULL, 32); }

class Census {
 public:
  explicit Census(std::uint64_t page_bytes) : page_bytes_(page_bytes) {}

  void add(const LiveBlock& block) {
    constexpr std::uint64_t kLargest = std::uint64_t{1} << 57;  // else the trace talks nonsense
    if (block.address >= kLargest || block.size >= kLargest) return;
    const std::uint64_t end = block.address + used_by(block.size);
    std::uint64_t at = block.address;
    while (at < end) {
      const std::uint64_t page = at & ~(page_bytes_ - 1);
      if (page != page_ || sites_.empty()) begin_page(page);
      const std::uint64_t stop = std::min(end, page + page_bytes_);
      used_ += stop - at;
      sites_.push_back(block.site);
      // Whole pages within a large block are full; only the last one can have others on it.
      if (stop < end && end - stop > page_bytes_) {
        const std::uint64_t full = (end - stop) / page_bytes_ - ((end - stop) % page_bytes_ == 0 ? 1 : 0);
        PageRegion& region = region_of(page);
        region.pages += full;
        region.used_bytes += full * page_bytes_;
        at = stop + full * page_bytes_;
      } else {
        at = stop;
      }
    }
  }

  PageCensus finish() && {
    end_page();
    PageCensus census;
    for (auto& [key, region] : regions_) census.regions.push_back(region);
    for (const auto& [site, pins] : pins_) census.pins.push_back(pins);
    return census;
  }

 private:
  void begin_page(std::uint64_t page) {
    end_page();
    page_ = page;
    used_ = 0;
  }

  PageRegion& region_of(std::uint64_t page) {
    const bool is_main = page < kMappingsBegin;
    PageRegion& region = regions_[is_main ? 0 : page >> kWindowShift];
    region.is_main_heap = is_main;
    return region;
  }

  void end_page() {
    if (sites_.empty()) return;
    PageRegion& region = region_of(page_);
    if (region.end == 0) region.begin = page_;
    region.end = page_ + page_bytes_;
    ++region.pages;
    const std::uint64_t used = std::min(used_, page_bytes_);
    region.used_bytes += used;
    if (used * 2 < page_bytes_) count_sparse(region, page_bytes_ - used);
    sites_.clear();
  }

  void count_sparse(PageRegion& region, std::uint64_t idle) {
    ++region.sparse_pages;
    region.idle_bytes += idle;
    std::sort(sites_.begin(), sites_.end());
    std::uint64_t rest = idle % sites_.size();
    for (std::size_t i = 0; i != sites_.size(); ++i) {
      PagePins& pins = pins_[sites_[i]];
      pins.site = sites_[i];
      if (i == 0 || sites_[i] != sites_[i - 1]) ++pins.sparse_pages;
      pins.idle_bytes += idle / sites_.size() + (rest != 0 ? 1 : 0);
      if (rest != 0) --rest;
    }
  }

  std::uint64_t page_bytes_;
  std::uint64_t page_ = 0;
  std::uint64_t used_ = 0;
  std::vector<std::uint32_t> sites_;  // of the blocks on the page, one entry each
  std::map<std::uint64_t, PageRegion> regions_;
  std::map<std::uint32_t, PagePins> pins_;
};

}  // namespace

PageCensus count_pages(const std::vector<LiveBlock>& blocks, std::uint64_t page_bytes) {
  Census census(page_bytes);
  for (const LiveBlock& block : blocks) census.add(block);
  return std::move(census).finish();
}

}  // namespace leak::scan
