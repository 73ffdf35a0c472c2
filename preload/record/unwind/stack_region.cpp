#include "record/unwind/stack_region.h"

#include <pthread.h>

#include "sys/memory_probe.h"
#include "sys/pages.h"

// glibc: the main thread's stack pointer at program start; above it lie only the arguments.
extern "C" void* __libc_stack_end __attribute__((weak));

namespace leak::hook::unwind {

namespace {

constexpr std::uintptr_t kPageMask = ~(sys::kPageBytes - 1);
// Further than this no top of stack is looked for. Every page in between is probed, so this bounds the work.
constexpr std::uintptr_t kMaxReach = 16U << 20;
// A first look at an unknown stack; it grows when frames lead on.
constexpr std::uintptr_t kFirstReach = 16U << 10;
// A stack pointer this much below a probed region is taken for the same stack grown deeper.
constexpr std::uintptr_t kMaxGrowth = 64U << 10;

bool reaches(std::uintptr_t sp, std::uintptr_t top) noexcept {
  return top > sp && top - sp <= kMaxReach && sys::readable_end(sp, top) == top;
}

// The top of the stack of the main thread, or of the calling thread: glibc puts a thread's descriptor at
// the top of its stack, user-supplied or not. 0: `sp` is on some other stack. Needs no lock and no file, which
// pthread_getattr_np does.
std::uintptr_t known_top(std::uintptr_t sp) noexcept {
  const std::uintptr_t descriptor = static_cast<std::uintptr_t>(pthread_self());
  if (reaches(sp, descriptor)) return descriptor;
  if (&__libc_stack_end == nullptr) return 0;
  const std::uintptr_t main_top = reinterpret_cast<std::uintptr_t>(__libc_stack_end);
  return reaches(sp, main_top) ? main_top : 0;
}

void empty(StackRegion& region) noexcept {
  region.count = 0;
  region.trusted = 0;
  region.end = StackEnd::kComplete;
  region.frames[0] = {UINTPTR_MAX, 0, 0, 0, 0};
}

}  // namespace

StackRegion* StackRegions::find_other(std::uintptr_t sp, const StackRegion* keep) noexcept {
  StackRegion* found = nullptr;
  for (StackRegion& region : regions_) {
    if (region.contains(sp)) found = &region;
  }
  if (found == nullptr) found = extend_one(sp);
  if (found == nullptr) found = make_one(sp, keep);
  if (found == nullptr) return nullptr;
  found->last_use = ++uses_;
  last_ = static_cast<std::uint32_t>(found - regions_);
  return found;
}

// The stack may have grown deeper than ever seen: the nearest region above, if all between can be read.
StackRegion* StackRegions::extend_one(std::uintptr_t sp) noexcept {
  StackRegion* nearest = nullptr;
  for (StackRegion& region : regions_) {
    if (region.kind == RegionKind::kUnused || region.low <= sp) continue;
    if (nearest == nullptr || region.low < nearest->low) nearest = &region;
  }
  if (nearest == nullptr) return nullptr;
  const std::uintptr_t reach = nearest->kind == RegionKind::kWhole ? kMaxReach : kMaxGrowth;
  if (nearest->low - sp > reach || sys::readable_end(sp, nearest->low) != nearest->low) return nullptr;
  nearest->low = sp & kPageMask;
  return nearest;
}

StackRegion* StackRegions::make_one(std::uintptr_t sp, const StackRegion* keep) noexcept {
  const std::uintptr_t top = known_top(sp);
  const std::uintptr_t high = top != 0 ? top : sys::readable_end(sp, sp + kFirstReach);
  if (high <= sp) return nullptr;
  StackRegion* oldest = nullptr;
  for (StackRegion& region : regions_) {
    if (&region == keep) continue;
    if (oldest == nullptr || region.last_use < oldest->last_use) oldest = &region;
  }
  empty(*oldest);
  oldest->low = sp & kPageMask;
  oldest->high = high & ~(sizeof(std::uintptr_t) - 1);
  oldest->kind = top != 0 ? RegionKind::kWhole : RegionKind::kProbed;
  return oldest;
}

bool StackRegions::grow(StackRegion& region, std::uintptr_t needed) noexcept {
  if (region.kind != RegionKind::kProbed || needed <= region.high || needed - region.high > kMaxReach) return false;
  if (sys::readable_end(region.high, needed) != needed) return false;
  region.high = needed;
  return true;
}

void StackRegions::fit(StackRegion& region, std::uintptr_t sp, std::uintptr_t outermost_end) noexcept {
  if (region.kind != RegionKind::kProbed || outermost_end > region.high) return;
  region.low = sp & kPageMask;
  region.high = outermost_end;
}

void StackRegions::distrust_all() noexcept {
  for (StackRegion& region : regions_) region.trusted = 0;
}

void StackRegions::forget_all() noexcept {
  for (StackRegion& region : regions_) {
    region.low = region.high = 0;
    region.kind = RegionKind::kUnused;
    region.count = region.trusted = 0;
  }
}

}  // namespace leak::hook::unwind
