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

// What hooks have to heed besides: bits of LivePage::modes.
enum LiveMode : std::uint32_t {
  kModeSamples = 1,  // hooks may leave blocks out (record/sampling.h)
  kModeWindows = 2,  // the program watches what it allocates (record/block_window.h)
  // Chosen before recording starts: stacks of frees, scrubbing, a sample or a budget that may lead to one, a
  // clock that is not the processor's.
  kModeOther = 4,
};

struct alignas(4096) LivePage {
  std::atomic<Live> state{Live::kUnknown};
  std::atomic<std::uint32_t> modes{0};
};
extern constinit LivePage g_live;

inline Live live_state() noexcept { return g_live.state.load(std::memory_order_relaxed); }
inline bool has_mode(LiveMode mode) noexcept {
  return (g_live.modes.load(std::memory_order_relaxed) & mode) != 0;
}
inline void set_mode(LiveMode mode) noexcept { g_live.modes.fetch_or(mode, std::memory_order_relaxed); }
inline void clear_mode(LiveMode mode) noexcept {
  g_live.modes.fetch_and(~std::uint32_t{mode}, std::memory_order_relaxed);
}

// Everything is recorded, and there is nothing else to heed: the short ways of the hooks hold.
inline bool records_plainly() noexcept {
  return live_state() == Live::kRecording && g_live.modes.load(std::memory_order_relaxed) == 0;
}

}  // namespace leak::hook
