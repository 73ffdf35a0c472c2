#include "replay/mapping_tracker.h"

#include <sys/mman.h>

#include <algorithm>
#include <iterator>

namespace leak::scan {

namespace {

// Bits of mmap's flags as the traced machine has them (Linux, all our architectures).
constexpr int kMapFixed = 0x10;
static_assert(kMapFixed == MAP_FIXED);

}  // namespace

MappingTracker::MappingTracker(std::uint64_t page_bytes)
    : page_mask_((page_bytes != 0 && (page_bytes & (page_bytes - 1)) == 0 ? page_bytes : 4096) - 1) {}

void MappingTracker::apply(const trace::Event& event, StackId stack) {
  switch (trace::kind_of(event.op)) {
    case trace::OpKind::kMap:
      unmap(
          pages(event.address, event.size));  // MAP_FIXED replaces what was there; otherwise there is nothing
      map(pages(event.address, event.size), stack);
      break;
    case trace::OpKind::kUnmap:
      if (unmap(pages(event.address, event.size))) ++ledger_.unmaps;
      break;
    case trace::OpKind::kRemap:
      // Like realloc: the old mapping ends and a new one begins, at the caller of mremap.
      if (event.extra != 0 && unmap(pages(event.old_address, event.extra))) ++ledger_.unmaps;
      unmap(pages(event.address, event.size));
      map(pages(event.address, event.size), stack);
      break;
    default:
      if (event.address >= event.old_address) {
        brk_grown_ += event.address - event.old_address;
      } else {
        brk_shrunk_ += event.old_address - event.address;
      }
      ledger_.brk_bytes = brk_grown_ - std::min(brk_grown_, brk_shrunk_);
      break;
  }
}

bool MappingTracker::is_blocked(const trace::Event& event) const {
  switch (trace::kind_of(event.op)) {
    case trace::OpKind::kMap:
      return (trace::mmap_flags(event.extra) & kMapFixed) == 0 && is_known(pages(event.address, event.size));
    case trace::OpKind::kUnmap:
      return !is_known(pages(event.address, event.size));
    default:
      return false;
  }
}

MappingTracker::Range MappingTracker::pages(std::uint64_t address, std::uint64_t size) const {
  const std::uint64_t start = address & ~page_mask_;
  // Damaged sizes must not wrap around: the range ends at the top of the address space.
  const std::uint64_t room = ~page_mask_ - start;
  const std::uint64_t bytes = std::min(size, room) + (address - start);
  return {start, start + std::min((bytes + page_mask_) & ~page_mask_, room)};
}

bool MappingTracker::is_known(Range range) const {
  const auto after = regions_.lower_bound(range.start);
  if (after != regions_.end() && after->first < range.end) return true;
  return after != regions_.begin() && std::prev(after)->second.end > range.start;
}

void MappingTracker::map(Range range, StackId stack) {
  if (range.start == range.end) return;
  const std::uint64_t bytes = range.end - range.start;
  const std::uint32_t site = site_of(stack);
  regions_[range.start] = {range.end, site};
  ++ledger_.maps;
  ledger_.live_bytes += bytes;
  ledger_.peak_bytes = std::max(ledger_.peak_bytes, ledger_.live_bytes);
  ++ledger_.sites[site].maps;
  ledger_.sites[site].mapped_bytes += bytes;
  ledger_.sites[site].live_bytes += bytes;
}

// Cuts `range` out of everything mapped; true when something was.
bool MappingTracker::unmap(Range range) {
  bool found = false;
  auto region = regions_.lower_bound(range.start);
  if (region != regions_.begin() && std::prev(region)->second.end > range.start) --region;
  while (region != regions_.end() && region->first < range.end) {
    const std::uint64_t start = region->first;
    const Region old = region->second;
    const std::uint64_t cut_start = std::max(start, range.start);
    const std::uint64_t cut_end = std::min(old.end, range.end);
    found = true;
    ledger_.live_bytes -= cut_end - cut_start;
    ledger_.sites[old.site].live_bytes -= cut_end - cut_start;
    if (start < cut_start) {
      region->second.end = cut_start;
      ++region;
    } else {
      region = regions_.erase(region);
    }
    if (cut_end < old.end) {
      regions_[cut_end] = {old.end, old.site};
      break;
    }
  }
  return found;
}

std::uint32_t MappingTracker::site_of(StackId stack) {
  const auto [found, is_new] = site_index_.emplace(stack, static_cast<std::uint32_t>(ledger_.sites.size()));
  if (is_new) ledger_.sites.emplace_back().stack = stack;
  return found->second;
}

}  // namespace leak::scan
