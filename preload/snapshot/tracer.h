// Stops the program's threads by ptrace, from a helper process that shares our memory: a thread cannot trace its own
// process. Fewer system calls of the program are cut short by it than by a signal, no handler runs, and
// registers come from the kernel.
//
// The kernel lets all threads go when a tracer dies, and puts back the stops that were not ours (job control). So
// whatever happens to the helper, the program runs on.
#pragma once

#include <atomic>
#include <cstdint>

#include "snapshot/stop_request.h"

namespace leak::hook {

class Tracer {
 public:
  // Stops all threads that `request` concerns, and fills in `threads`. False: not possible here, or the helper died;
  // then everything runs. Writer thread only.
  bool stop(const StopRequest& request, CapturedThreads& threads) noexcept;
  // Between the two: the helper still holds them.
  bool is_alive() noexcept;
  // It hung once, and would again.
  bool is_hopeless() const noexcept { return hopeless_; }
  // False: the helper had died meanwhile, so the threads were not stopped all the time.
  bool release() noexcept;

 private:
  enum Phase : std::uint32_t { kStarting, kStopped, kRefused, kEnded };

  static int entry(void* self) noexcept;
  void run() noexcept;
  bool stop_all() noexcept;
  bool seize_new() noexcept;
  void await_stops() noexcept;
  void note_stop(int tid, int status) noexcept;
  void read_registers(CapturedThread& thread) noexcept;
  void let_go() noexcept;
  void die_at(ScanFault step) const noexcept;
  bool reap(bool kill_first) noexcept;
  void set_phase(Phase phase) noexcept;

  StopRequest request_;
  CapturedThreads* threads_ = nullptr;
  std::atomic<std::uint32_t> phase_{kStarting};
  std::atomic<std::uint32_t> release_{0};
  std::uint64_t deadline_ns_ = 0;
  std::uint32_t pending_ = 0;  // interrupted, and have not stopped yet
  int helper_ = 0;
  void* stack_ = nullptr;
  bool hopeless_ = false;
};

}  // namespace leak::hook
