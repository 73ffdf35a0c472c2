#include "snapshot/request.h"

#include "buffer/recording.h"
#include "sys/futex.h"
#include "sys/signal_pause.h"

namespace leak::hook {

namespace {

constinit std::atomic<GraphRequest*> g_posted{nullptr};
constinit std::atomic<bool> g_open{false};
constinit std::atomic<bool> g_wished{false};

constexpr std::int64_t kLookAgainNs = 10'000'000;

// Several threads ask at once: one after the other.
bool post(GraphRequest& request) noexcept {
  for (;;) {
    if (!g_open.load(std::memory_order_acquire)) return false;
    GraphRequest* none = nullptr;
    if (g_posted.compare_exchange_strong(none, &request, std::memory_order_acq_rel)) return true;
    const timespec pause{0, 1'000'000};
    sys::raw_syscall(SYS_nanosleep, sys::as_arg(&pause), 0);
  }
}

}  // namespace

ThreadContext context_of_caller(std::uintptr_t stack_pointer, const std::uint64_t* saved) noexcept {
  ThreadContext context;
  context.tid = sys::gettid();
  context.stack_pointer = stack_pointer;
  context.thread_pointer = own_thread_pointer();
  context.registers = saved;
  context.register_count = saved == nullptr ? 0 : kCalleeSavedRegisters;
  return context;
}

bool ask_for_graph(GraphRequest& request) noexcept {
  // The stop leaves this thread out, so nothing may run on it: no handler either.
  const sys::SignalPause pause;
  if (!post(request)) return false;
  g_recording.slots.wake_writer();
  while (request.answered.load(std::memory_order_acquire) == 0) {  // pairs with answer()
    sys::futex_wait(request.answered, 0, kLookAgainNs);
    if (!g_open.load(std::memory_order_acquire)) {
      GraphRequest* mine = &request;
      if (g_posted.compare_exchange_strong(mine, nullptr, std::memory_order_acq_rel)) return false;
    }
  }
  return true;
}

GraphRequest* posted_request() noexcept { return g_posted.load(std::memory_order_acquire); }

void answer(GraphRequest& request) noexcept {
  g_posted.store(nullptr, std::memory_order_release);
  std::atomic<std::uint32_t>& word = request.answered;  // afterwards the request may be gone
  word.store(1, std::memory_order_release);
  sys::futex_wake(word);
}

void open_for_requests() noexcept {
  g_posted.store(nullptr, std::memory_order_relaxed);
  g_wished.store(false, std::memory_order_relaxed);
  g_open.store(true, std::memory_order_release);
}

void close_for_requests() noexcept { g_open.store(false, std::memory_order_release); }

void want_graph_by_signal() noexcept {
  g_wished.store(true, std::memory_order_release);
  g_recording.slots.wake_writer();
}

bool take_wish_by_signal() noexcept { return g_wished.exchange(false, std::memory_order_acq_rel); }

}  // namespace leak::hook
