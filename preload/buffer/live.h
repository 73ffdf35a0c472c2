// Whether this process records. The word lies on a page that the kernel zeroes in a forked child
// (MADV_WIPEONFORK), so a child, however it was made, finds kUnknown and starts a recording of its own.
#pragma once

#include <atomic>
#include <cstdint>

namespace leak::hook {

enum class Live : std::uint32_t {
  kUnknown = 0,  // not started yet, or a forked child
  kStarting = 1,
  kRecording = 2,
  kPaused = 3,  // allocations are not recorded, frees are, so that the live set stays right
  kFull = 4,    // the disk or quota is full: events are counted as dropped
  kOff = 5,     // for good
};

struct alignas(4096) LivePage {
  std::atomic<Live> state{Live::kUnknown};
  std::atomic<bool> samples{false};  // hooks may leave blocks out (record/sampling.h)
  std::atomic<bool> windows{false};  // the program watches what it allocates (record/block_window.h)
};
extern constinit LivePage g_live;

inline Live live_state() noexcept { return g_live.state.load(std::memory_order_relaxed); }

}  // namespace leak::hook
