#include "scan/team.h"

#include "sys/futex.h"

namespace leak::hook {

void Team::gather(unsigned helpers) noexcept {
  while (helper_count_ != helpers && helper_count_ != kMostHelpers) {
    Helper& helper = helpers_[helper_count_];
    helper.team = this;
    helper.number = helper_count_ + 1;
    if (sys::start_raw_thread(helper.thread, entry, &helper, sys::OpenFiles::kShared) != 0) return;
    ++helper_count_;
  }
}

void Team::dismiss() noexcept {
  if (helper_count_ == 0) return;
  is_over_.store(true, std::memory_order_relaxed);  // announce() tells
  announce();
  for (; helper_count_ != 0; --helper_count_) sys::bury_raw_thread(helpers_[helper_count_ - 1].thread);
}

int Team::entry(void* helper) noexcept {
  const Helper& self = *static_cast<const Helper*>(helper);
  self.team->serve(self.number);
  return 0;
}

void Team::serve(unsigned number) noexcept {
  for (std::uint32_t seen = 0;;) {
    while (round_.load(std::memory_order_acquire) == seen) sys::futex_wait(round_, seen);
    seen = round_.load(std::memory_order_acquire);  // pairs with announce
    if (is_over_.load(std::memory_order_relaxed)) return;
    if (!enter()) continue;
    call_(context_, number);
    // release: pairs with run_all, which sees what the call wrote.
    if (inside_.fetch_sub(1, std::memory_order_release) == kClosed + 1) sys::futex_wake(inside_);
  }
}

// What the caller says of the round stays as it is while somebody is inside.
bool Team::enter() noexcept {
  std::uint32_t inside = inside_.load(std::memory_order_relaxed);
  do {
    if ((inside & kClosed) != 0) return false;
    // acquire: pairs with the opening in run_all.
  } while (!inside_.compare_exchange_weak(inside, inside + 1, std::memory_order_acquire,
                                          std::memory_order_relaxed));
  return true;
}

void Team::announce() noexcept {
  round_.fetch_add(1, std::memory_order_release);
  sys::futex_wake(round_);
}

void Team::run_all(Call call, void* context) noexcept {
  if (helper_count_ == 0) return call(context, 0);
  call_ = call;
  context_ = context;
  inside_.store(0, std::memory_order_release);
  announce();
  call(context, 0);
  std::uint32_t inside = inside_.fetch_or(kClosed, std::memory_order_acquire) | kClosed;
  while (inside != kClosed) {
    sys::futex_wait(inside_, inside);
    inside = inside_.load(std::memory_order_acquire);
  }
}

}  // namespace leak::hook
