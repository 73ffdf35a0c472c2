#include "record/block_window.h"

#include <atomic>

#include "record/sampling.h"
#include "record/stack_capture.h"
#include "sys/clock.h"
#include "sys/spin_lock.h"

namespace leak::hook {

namespace {

constexpr std::uint64_t kNotYet = ~std::uint64_t{0};

// A block belongs to the window when it was made in [since, until] by its thread: decided by the block's own
// figures, so that what is added when it is made is what is taken off when it goes.
struct Window {
  std::atomic<bool> taken;
  std::atomic<std::uint64_t> since;  // kNotYet: closed
  std::atomic<std::uint64_t> until;
  std::atomic<std::uint32_t> tid;  // 0: of all threads
  std::atomic<std::uint64_t> allocations;
  std::atomic<std::uint64_t> allocated_bytes;
  std::atomic<std::uint64_t> live_blocks;
  std::atomic<std::uint64_t> live_bytes;
  std::atomic<std::uint64_t> peak_bytes;
  std::atomic<std::uint64_t> missed;

  bool holds(std::uint64_t ticks, std::uint32_t maker) const noexcept {
    const std::uint32_t only = tid.load(std::memory_order_relaxed);
    return ticks >= since.load(std::memory_order_relaxed) && ticks <= until.load(std::memory_order_relaxed) &&
           (only == 0 || only == maker);
  }
};

constexpr int kMostWindows = 32;
constinit Window g_windows[kMostWindows] = {};
constinit std::atomic<int> g_open{0};
constinit std::atomic<int> g_highest{0};  // windows beyond were never used
constinit sys::SpinLock g_life_lock;      // opening and closing

void raise_to(std::atomic<std::uint64_t>& peak, std::uint64_t value) noexcept {
  std::uint64_t before = peak.load(std::memory_order_relaxed);
  while (before < value && !peak.compare_exchange_weak(before, value, std::memory_order_relaxed)) {
  }
}

// relaxed throughout: sums, read by who has synchronized with their makers or takes what it gets.
template <class F>
void for_each_holder(std::uint64_t ticks, std::uint32_t tid, F&& f) noexcept {
  const int highest = g_highest.load(std::memory_order_relaxed);
  for (int i = 0; i != highest; ++i) {
    if (g_windows[i].holds(ticks, tid)) f(g_windows[i]);
  }
}

void count_gone(const WindowBlock& block) noexcept {
  if (block.address == 0) return;
  for_each_holder(block.ticks, block.tid, [&block](Window& window) {
    window.live_blocks.fetch_sub(1, std::memory_order_relaxed);
    window.live_bytes.fetch_sub(block.size, std::memory_order_relaxed);
  });
}

void count_made(std::uint64_t ticks, std::uint32_t tid, std::uint64_t size, bool remembered) noexcept {
  for_each_holder(ticks, tid, [=](Window& window) {
    window.allocations.fetch_add(1, std::memory_order_relaxed);
    window.allocated_bytes.fetch_add(size, std::memory_order_relaxed);
    if (!remembered) {
      window.missed.fetch_add(1, std::memory_order_relaxed);
      return;
    }
    window.live_blocks.fetch_add(1, std::memory_order_relaxed);
    raise_to(window.peak_bytes, window.live_bytes.fetch_add(size, std::memory_order_relaxed) + size);
  });
}

Window* window_of(int number) noexcept {
  if (number < 1 || number > kMostWindows || !windows_are_open()) return nullptr;
  Window& window = g_windows[number - 1];
  return window.taken.load(std::memory_order_acquire) ? &window : nullptr;  // pairs with open_window
}

}  // namespace

void note_block_made(const ThreadState& state, std::uint64_t address, std::uint64_t size, std::uint64_t ticks,
                     bool has_stack) noexcept {
  WindowBlock replaced;
  const bool remembered = g_window_table.insert(address, replaced, [&](WindowBlock& block) {
    block.size = size;
    block.ticks = ticks;
    block.tid = state.tid;
    if (has_stack) block.frame_count = copy_stack(*state.stack, block.frames, WindowBlock::kMostFrames);
  });
  count_gone(replaced);
  count_made(ticks, state.tid, size, remembered);
}

void note_block_gone(std::uint64_t address, std::uint64_t ticks) noexcept {
  WindowBlock removed;
  g_window_table.remove(address, ticks, removed);
  count_gone(removed);
}

void note_deferred(const ThreadState& state, const trace::Event& event) noexcept {
  switch (trace::kind_of(event.op)) {
    case trace::OpKind::kAlloc:
      return note_block_made(state, event.address, event.size, event.ticks, false);
    case trace::OpKind::kFree:
      return note_block_gone(event.address, event.ticks);
    case trace::OpKind::kResize:
      if (event.old_address != 0) note_block_gone(event.old_address, event.begin_ticks);
      return note_block_made(state, event.address, event.size, event.ticks, false);
    default:
      return;
  }
}

int open_window(const HookScope& scope, bool this_thread_only) noexcept {
  if (scope.nested() || live_state() != Live::kRecording || is_sampling()) return 0;
  const ThreadState* const state = thread_state();
  if (state == nullptr) return 0;
  const sys::SpinGuard guard(g_life_lock);
  for (int i = 0; i != kMostWindows; ++i) {
    Window& window = g_windows[i];
    if (window.taken.load(std::memory_order_relaxed)) continue;
    for (auto* figure : {&window.allocations, &window.allocated_bytes, &window.live_blocks,
                         &window.live_bytes, &window.peak_bytes, &window.missed}) {
      figure->store(0, std::memory_order_relaxed);
    }
    window.tid.store(this_thread_only ? state->tid : 0, std::memory_order_relaxed);
    window.until.store(kNotYet, std::memory_order_relaxed);
    if (g_highest.load(std::memory_order_relaxed) <= i) g_highest.store(i + 1, std::memory_order_relaxed);
    g_open.fetch_add(1, std::memory_order_relaxed);
    set_mode(kModeWindows);
    window.since.store(sys::now_ticks(), std::memory_order_relaxed);
    window.taken.store(true, std::memory_order_release);  // pairs with window_of
    return i + 1;
  }
  return 0;
}

bool stop_window(const HookScope& scope, int number) noexcept {
  Window* const window = scope.nested() ? nullptr : window_of(number);
  if (window == nullptr) return false;
  std::uint64_t not_yet = kNotYet;
  window->until.compare_exchange_strong(not_yet, sys::now_ticks(), std::memory_order_relaxed);
  return true;
}

bool close_window(const HookScope& scope, int number) noexcept {
  if (scope.nested()) return false;
  const sys::SpinGuard guard(g_life_lock);
  Window* const window = window_of(number);
  if (window == nullptr) return false;
  window->since.store(kNotYet, std::memory_order_relaxed);
  window->taken.store(false, std::memory_order_relaxed);
  if (g_open.fetch_sub(1, std::memory_order_relaxed) == 1) {
    clear_mode(kModeWindows);
    g_window_table.clear();
  }
  return true;
}

bool read_window(const HookScope& scope, int number, WindowCounts& counts) noexcept {
  const Window* const window = scope.nested() ? nullptr : window_of(number);
  if (window == nullptr) return false;
  counts.allocations = window->allocations.load(std::memory_order_relaxed);
  counts.allocated_bytes = window->allocated_bytes.load(std::memory_order_relaxed);
  counts.live_blocks = window->live_blocks.load(std::memory_order_relaxed);
  counts.live_bytes = window->live_bytes.load(std::memory_order_relaxed);
  counts.peak_bytes = window->peak_bytes.load(std::memory_order_relaxed);
  counts.missed = window->missed.load(std::memory_order_relaxed);
  return true;
}

std::uint64_t visit_window(const HookScope& scope, int number,
                           void (*visit)(void* context, const WindowBlock& block), void* context) noexcept {
  const Window* const window = scope.nested() ? nullptr : window_of(number);
  std::uint64_t count = 0;
  if (window == nullptr) return count;
  g_window_table.for_each([&](const WindowBlock& block) {
    if (!window->holds(block.ticks, block.tid)) return true;
    ++count;
    visit(context, block);
    return true;
  });
  return count;
}

void forget_windows() noexcept {
  if (g_highest.load(std::memory_order_relaxed) == 0) return;
  for (Window& window : g_windows) {
    window.since.store(kNotYet, std::memory_order_relaxed);
    window.taken.store(false, std::memory_order_relaxed);
  }
  g_open.store(0, std::memory_order_relaxed);
  g_highest.store(0, std::memory_order_relaxed);
  g_life_lock.unlock();  // a thread that is not in this process may have held it
  g_window_table.forget();
}

bool name_window_block(const HookScope& scope, const void* block, const char* name) noexcept {
  if (scope.nested() || !windows_are_open()) return false;
  return g_window_table.name(reinterpret_cast<std::uintptr_t>(block), name);
}

}  // namespace leak::hook
