#include "snapshot/stop.h"

#include <fcntl.h>

#include <cstring>

#include "snapshot/task_list.h"
#include "sys/syscalls.h"
#include "sys/text.h"

namespace leak::hook {

namespace {

using trace::StopMethod;

std::uintptr_t parse_hex(const char* text) noexcept {
  std::uintptr_t number = 0;
  for (;; ++text) {
    if (*text >= '0' && *text <= '9') number = number << 4 | static_cast<std::uintptr_t>(*text - '0');
    else if (*text >= 'a' && *text <= 'f') number = number << 4 | static_cast<std::uintptr_t>(*text - 'a' + 10);
    else return number;
  }
}

// The stack pointer of a thread that waits in the kernel: 0 if it does not. The line ends in the stack pointer and
// the program counter.
std::uintptr_t sleeping_stack_pointer(int tid) noexcept {
  sys::Text<64> path;
  path.add("/proc/self/task/").add_number(static_cast<std::uint64_t>(tid)).add("/syscall");
  const long file = sys::raw_syscall(SYS_openat, AT_FDCWD, sys::as_arg(path.c_str()), O_RDONLY | O_CLOEXEC, 0);
  if (file < 0) return 0;
  char line[256];
  const long got = sys::read_some(static_cast<int>(file), line, sizeof(line) - 1);
  sys::raw_syscall(SYS_close, file);
  line[got > 0 ? got : 0] = '\0';
  const char* last = std::strrchr(line, ' ');
  if (last == nullptr || line[0] == 'r' /* running */) return 0;
  while (last != line && last[-1] != ' ') --last;
  return std::strncmp(last, "0x", 2) == 0 ? parse_hex(last + 2) : 0;
}

}  // namespace

bool Stop::is_alone(const StopRequest& request, std::uint32_t& others) const noexcept {
  others = 0;
  const bool listed = for_each_task(request.pid, [&](int tid) { others += request.concerns(tid); });
  return listed && others == 0;
}

void Stop::note_running_threads(const StopRequest& request) noexcept {
  for_each_task(request.pid, [&](int tid) {
    if (!request.concerns(tid) || threads_.find(tid) != nullptr) return;
    if (CapturedThread* const thread = threads_.add(tid)) {
      thread->state.store(CapturedThread::State::kMissed, std::memory_order_relaxed);
    }
  });
}

trace::StopMethod Stop::begin(const StopRequest& request, trace::StopMethod first) noexcept {
  std::uint32_t others = 0;
  method_ = StopMethod::kUnstopped;
  if (is_alone(request, others)) return method_ = StopMethod::kNotNeeded;
  const std::uint32_t room = others + others / 2 + 64;
  const auto by = [&](auto& way) {
    if (!threads_.open(room)) return false;
    if (way.stop(request, threads_)) return true;
    threads_.close();
    return false;
  };
  if (first == StopMethod::kTracer && !tracer_.is_hopeless() && by(tracer_)) {
    method_ = StopMethod::kTracer;
  } else if (first != StopMethod::kUnstopped && by(park_)) {
    method_ = StopMethod::kSignal;
  } else if (threads_.open(room)) {
    note_running_threads(request);
  }
  for (std::uint32_t i = 0; i != threads_.size(); ++i) {
    if (threads_[i].state.load(std::memory_order_relaxed) != CapturedThread::State::kMissed) continue;
    threads_[i].stack_pointer = sleeping_stack_pointer(threads_[i].tid);
  }
  return method_;
}

bool Stop::holds() noexcept { return method_ != StopMethod::kTracer || tracer_.is_alive(); }

bool Stop::end() noexcept {
  const bool held = method_ == StopMethod::kTracer   ? tracer_.release()
                    : method_ == StopMethod::kSignal ? park_.release()
                                                     : true;
  threads_.close();
  return held;
}

}  // namespace leak::hook
