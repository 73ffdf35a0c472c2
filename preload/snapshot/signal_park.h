// Stops the program's threads by a signal whose handler waits until it is over. Second choice: blocking system
// calls of the program come back with EINTR where SA_RESTART does not apply, a thread that blocks or waits for the
// signal itself is missed.
//
// The signal is a real-time one that the program has no handler for. Afterwards it is as before: what is still pending
// is thrown away, since its default action is the end of the process.
#pragma once

#include <cstdint>

#include "snapshot/stop_request.h"

namespace leak::hook {

class SignalPark {
 public:
  // As Tracer::stop. Writer thread only, one at a time. False: no signal is free, or no thread came.
  bool stop(const StopRequest& request, CapturedThreads& threads) noexcept;
  // Always true: nobody can end the stop but us, short of its longest hold.
  bool release() noexcept;

  // A forked child of the program: its threads are not here.
  static void forget() noexcept;

 private:
  bool choose_signal() noexcept;
  bool call_new_threads(const StopRequest& request, CapturedThreads& threads, bool may_still_unblock) noexcept;
  bool is_blocked_by(int tid) const noexcept;

  int signal_ = 0;
  int* called_ = nullptr;  // threads that the signal was sent to
  std::uint32_t called_count_ = 0;
  std::uint32_t blocking_ = 0;  // threads of the last round that block the signal
};

}  // namespace leak::hook
