// The ladder of ways to stop the program: by the tracer, by a signal, not at all.
#pragma once

#include "snapshot/captured_threads.h"
#include "snapshot/signal_park.h"
#include "snapshot/stop_request.h"
#include "snapshot/tracer.h"

namespace leak::hook {

class Stop {
 public:
  // Stops by the first way, from `first` on, that works here; says which. Threads that could not be stopped are in the
  // list of the captured ones, with their stack pointer where the kernel tells it. Writer thread only.
  trace::StopMethod begin(const StopRequest& request, trace::StopMethod first) noexcept;
  // The threads are still held. False: the tracer died, and what was seen since is no moment's image.
  bool holds() noexcept;
  // Everything runs again. False as for holds(), for the whole time.
  bool end() noexcept;

  CapturedThreads& threads() noexcept { return threads_; }

 private:
  bool is_alone(const StopRequest& request, std::uint32_t& others) const noexcept;
  void note_running_threads(const StopRequest& request) noexcept;

  trace::StopMethod method_ = trace::StopMethod::kNotNeeded;
  CapturedThreads threads_;
  Tracer tracer_;
  SignalPark park_;
};

}  // namespace leak::hook
