#include "snapshot/signal_park.h"

#include <fcntl.h>
#include <ucontext.h>

#include <cstring>

#include "snapshot/kernel_signal.h"
#include "snapshot/task_list.h"
#include "sys/clock.h"
#include "sys/futex.h"
#include "sys/pages.h"
#include "sys/text.h"

namespace leak::hook {

namespace {

constexpr std::uint64_t kMs = 1'000'000;
constexpr std::uint64_t kParkLimitNs = 300 * kMs;
constexpr std::uint64_t kStartLimitNs = 3 * kMs;
constexpr std::size_t kMaxCalled = 16384;
constexpr int kFirstFreeSignal = 34;  // 32 and 33 are the C library's own
constexpr int kLastSignal = 64;

// Where the handler finds its place. `round` is odd while threads are to park.
struct Park {
  std::atomic<std::uint32_t> round{0};
  std::atomic<std::uint32_t> inside{0};  // threads in the handler, which use `threads`
  std::atomic<std::uint32_t> parked{0};
  std::atomic<CapturedThreads*> threads{nullptr};
  std::uint64_t longest_hold_ns = 0;
};
constinit Park g_park;

#if defined(__x86_64__)
void copy_registers(CapturedThread& thread, const ucontext_t& context) noexcept {
  // In the order of user_regs_struct; -1: not in the context.
  static constexpr int kOrder[] = {REG_R15, REG_R14, REG_R13, REG_R12, REG_RBP, REG_RBX, REG_R11,
                                   REG_R10, REG_R9,  REG_R8,  REG_RAX, REG_RCX, REG_RDX, REG_RSI,
                                   REG_RDI, -1,      REG_RIP, -1,      REG_EFL, REG_RSP};
  for (std::size_t i = 0; i != sizeof(kOrder) / sizeof(kOrder[0]); ++i) {
    if (kOrder[i] >= 0) thread.registers[i] = static_cast<std::uint64_t>(context.uc_mcontext.gregs[kOrder[i]]);
  }
  thread.register_count = kGeneralRegisters;
  thread.stack_pointer = static_cast<std::uint64_t>(context.uc_mcontext.gregs[REG_RSP]);
  if (context.uc_mcontext.fpregs == nullptr) return;
  // The kernel's frame: 512 bytes as FXSAVE makes them, with a note at 464 on whether the rest of XSAVE follows.
  constexpr std::size_t kLegacyBytes = 512, kNoteOffset = 464;
  constexpr std::uint32_t kExtendedMagic = 0x46505853;
  const char* const area = reinterpret_cast<const char*>(context.uc_mcontext.fpregs);
  std::uint32_t note[2];  // magic, bytes of the whole
  std::memcpy(note, area + kNoteOffset, sizeof(note));
  std::size_t bytes = note[0] == kExtendedMagic ? note[1] : kLegacyBytes;
  if (bytes > kVectorBytes) bytes = kVectorBytes;
  std::memcpy(thread.registers + kGeneralRegisters, area, bytes);
  thread.register_count += static_cast<std::uint32_t>(bytes / sizeof(std::uint64_t));
}
#elif defined(__aarch64__)
void copy_registers(CapturedThread& thread, const ucontext_t& context) noexcept {
  std::memcpy(thread.registers, context.uc_mcontext.regs, sizeof(context.uc_mcontext.regs));
  thread.registers[31] = context.uc_mcontext.sp;
  thread.registers[32] = context.uc_mcontext.pc;
  thread.register_count = kGeneralRegisters;
  thread.stack_pointer = context.uc_mcontext.sp;
}
#endif

// Any thread of the program. No libc, no thread-local storage of ours: the thread may be anywhere.
void park_here(int, siginfo_t*, void* raw_context) noexcept {
  g_park.inside.fetch_add(1, std::memory_order_acq_rel);
  const std::uint32_t round = g_park.round.load(std::memory_order_acquire);
  CapturedThreads* const threads = g_park.threads.load(std::memory_order_acquire);
  if (round % 2 == 1 && threads != nullptr) {
    if (CapturedThread* const thread = threads->add(sys::gettid())) {
      thread->thread_pointer = own_thread_pointer();
      copy_registers(*thread, *static_cast<const ucontext_t*>(raw_context));
      thread->state.store(CapturedThread::State::kCaptured, std::memory_order_release);
    }
    g_park.parked.fetch_add(1, std::memory_order_release);
    const std::uint64_t end_ns = sys::clock_ns(CLOCK_MONOTONIC) + g_park.longest_hold_ns;
    while (g_park.round.load(std::memory_order_acquire) == round && sys::clock_ns(CLOCK_MONOTONIC) < end_ns) {
      sys::futex_wait(g_park.round, round, static_cast<std::int64_t>(100 * kMs));
    }
  }
  g_park.inside.fetch_sub(1, std::memory_order_release);
}

void note_missed(CapturedThreads& threads, int tid) noexcept {
  if (CapturedThread* const thread = threads.add(tid)) {
    thread->state.store(CapturedThread::State::kMissed, std::memory_order_release);
  }
}

}  // namespace

bool SignalPark::choose_signal() noexcept {
  for (int signal = kLastSignal; signal >= kFirstFreeSignal; --signal) {
    if (!has_default_action(signal)) continue;
    const KernelAction ours = action_of(park_here);
    if (set_action(signal, &ours, nullptr) != 0) continue;
    signal_ = signal;
    return true;
  }
  return false;
}

// Whether the thread would only get the signal later; also one that waits for it itself.
bool SignalPark::is_blocked_by(int tid) const noexcept {
  sys::Text<64> path;
  path.add("/proc/self/task/").add_number(static_cast<std::uint64_t>(tid)).add("/status");
  const long file = sys::raw_syscall(SYS_openat, AT_FDCWD, sys::as_arg(path.c_str()), O_RDONLY | O_CLOEXEC, 0);
  if (file < 0) return false;
  char text[4096];
  const long got = sys::read_some(static_cast<int>(file), text, sizeof(text) - 1);
  sys::raw_syscall(SYS_close, file);
  text[got > 0 ? got : 0] = '\0';
  constexpr const char* kField = "\nSigBlk:\t";
  const char* const mask = std::strstr(text, kField);
  if (mask == nullptr) return false;
  // 16 hexadecimal digits, the last for signals 1 to 4.
  const char digit = mask[std::strlen(kField) + 15 - static_cast<std::size_t>(signal_ - 1) / 4];
  const unsigned value = digit <= '9' ? static_cast<unsigned>(digit - '0') : static_cast<unsigned>(digit - 'a') + 10;
  return (value >> (signal_ - 1) % 4 & 1) != 0;
}

// False: the list cannot be read.
bool SignalPark::call_new_threads(const StopRequest& request, CapturedThreads& threads,
                                  bool may_still_unblock) noexcept {
  blocking_ = 0;
  return for_each_task(request.pid, [&](int tid) {
    if (!request.concerns(tid) || called_count_ == kMaxCalled || threads.find(tid) != nullptr) return;
    for (std::uint32_t i = 0; i != called_count_; ++i) {
      if (called_[i] == tid) return;
    }
    if (is_blocked_by(tid)) {
      ++blocking_;
      if (!may_still_unblock) note_missed(threads, tid);
      return;
    }
    if (sys::raw_syscall(SYS_tgkill, request.pid, tid, signal_) == 0) called_[called_count_++] = tid;
  });
}

bool SignalPark::stop(const StopRequest& request, CapturedThreads& threads) noexcept {
  if (called_ == nullptr) called_ = static_cast<int*>(sys::map_pages(kMaxCalled * sizeof(int)));
  if (called_ == nullptr || !choose_signal()) return false;
  called_count_ = 0;
  g_park.parked.store(0, std::memory_order_relaxed);
  g_park.longest_hold_ns = request.longest_hold_ns;
  g_park.threads.store(&threads, std::memory_order_release);
  g_park.round.fetch_add(1, std::memory_order_release);  // pairs with park_here

  const std::uint64_t end_ns = sys::clock_ns(CLOCK_MONOTONIC) + kParkLimitNs;
  for (;;) {
    const std::uint32_t before = called_count_;
    // A new thread of the C library's blocks all signals for its first microseconds.
    const bool may_still_unblock = sys::clock_ns(CLOCK_MONOTONIC) < end_ns - kParkLimitNs + kStartLimitNs;
    if (!call_new_threads(request, threads, may_still_unblock)) return release(), false;
    while (g_park.parked.load(std::memory_order_acquire) < called_count_ &&
           sys::clock_ns(CLOCK_MONOTONIC) < end_ns) {
      const timespec pause{0, 20'000};
      sys::raw_syscall(SYS_nanosleep, sys::as_arg(&pause), 0);
    }
    if (called_count_ == before && (blocking_ == 0 || !may_still_unblock)) break;
  }
  // Those that did not come, by name.
  for (std::uint32_t i = 0; i != called_count_; ++i) {
    if (threads.find(called_[i]) != nullptr) continue;
    if (sys::raw_syscall(SYS_tgkill, request.pid, called_[i], 0) != 0) continue;  // it has ended
    note_missed(threads, called_[i]);
  }
  if (threads.captured() == 0) return release(), false;
  return true;
}

bool SignalPark::release() noexcept {
  g_park.round.fetch_add(1, std::memory_order_release);
  sys::futex_wake(g_park.round);
  // Ignoring the signal throws away what is pending, for threads that block it too; only then the default is safe.
  const KernelAction ignore = ignoring_action();
  const KernelAction by_default = default_action();
  set_action(signal_, &ignore, nullptr);
  set_action(signal_, &by_default, nullptr);
  // The table is the handlers' until the last has left; a late one saw an even round, or leaves now.
  while (g_park.inside.load(std::memory_order_acquire) != 0) {
    const timespec pause{0, 20'000};
    sys::raw_syscall(SYS_nanosleep, sys::as_arg(&pause), 0);
  }
  g_park.threads.store(nullptr, std::memory_order_release);
  return true;
}

void SignalPark::forget() noexcept {
  g_park.round.store(0, std::memory_order_relaxed);
  g_park.inside.store(0, std::memory_order_relaxed);
  g_park.threads.store(nullptr, std::memory_order_relaxed);
}

}  // namespace leak::hook
