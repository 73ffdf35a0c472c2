// Takes the graphs of the heap, on the writer thread: whoever wants one (a thread of the program, the timer, a
// signal, leakscan from outside), here it is decided, the program is stopped, the image taken, the program let go, and
// the graph brought into the trace while the writer goes on with its work.
#pragma once

#include <cstdint>

#include "sink/writer.h"
#include "snapshot/control_channel.h"
#include "snapshot/forked_image.h"
#include "snapshot/image_facts.h"
#include "snapshot/request.h"
#include "snapshot/scan_settings.h"
#include "snapshot/stop.h"
#include "sys/text.h"

namespace leak::hook {

// All of this on the writer thread.
class Conductor {
 public:
  // The writer serves from now on.
  void begin(const ScanSettings& settings) noexcept;
  // Does what is wanted by now, and brings in what has been scanned. Between two rounds of the writer.
  void run_once(Writer& writer) noexcept;
  // How long the writer may sleep until the next round.
  std::uint64_t longest_sleep_ns() const noexcept;
  // Recording ends: what has begun is brought to its end, and nothing more is begun.
  void end(Writer& writer) noexcept;
  // A forked child of the program: all of this was the parent's.
  void forget() noexcept;

 private:
  struct Occasion {
    trace::GraphTrigger trigger;
    const char* label;
    bool at_exit;
    ThreadContext requester;
  };
  enum class Result { kTaken, kTorn, kRefused };

  bool can_scan() const noexcept;
  void take(const Occasion& occasion, Writer& writer) noexcept;
  Result attempt(const Occasion& occasion, trace::StopMethod first, Writer& writer) noexcept;
  ScanRequest make_request(const Occasion& occasion) noexcept;
  void complete_request(ScanRequest& request) noexcept;
  void scan_in_place(ScanRequest& request, Writer& writer) noexcept;
  void serve_control(Writer& writer) noexcept;
  void collect(Writer& writer) noexcept;
  void wait_for_image(Writer& writer) noexcept;

  ScanSettings settings_;
  Stop stop_;
  ForkedImage image_;
  ImageFacts facts_;
  ControlChannel control_;
  int pid_ = 0;
  int writer_tid_ = 0;
  int filters_at_start_ = 0;
  std::uint64_t next_timer_ns_ = UINT64_MAX;
  std::uint64_t last_graph_id_ = 0;
  KnownLost known_lost_;
  // Of the graph in hand:
  trace::StopMethod method_ = trace::StopMethod::kNotNeeded;
  std::uint64_t begin_ns_ = 0;
  std::uint64_t ticks_ = 0;
  ThreadContext requester_;
};

}  // namespace leak::hook
