// The one list of what a trace can say: events here and in operation.h, everything else in meta_record.h.
// Layout only; raw_codec.h and column_codec.h say how events become bytes.
#pragma once

#include <cstddef>
#include <cstdint>

#include "trace_format/meta_record.h"
#include "trace_format/operation.h"

namespace leak::trace {

// The one meaning of an event, whichever coding it came from. A decoder's stack is a difference: the thread's
// stack is its previous stack with all but the `keep` outermost frames dropped, and `push` new frames put on,
// given leaf first. Frames are program-counter ids (PcRecord).
struct Event {
  Op op{};
  bool has_stack = false;         // false: no stack was taken (most frees); the thread's stack stays
  std::uint64_t ticks = 0;        // allocation: after the real call; free: before it; resize: after it
  std::uint64_t begin_ticks = 0;  // resize and remap: before the real call (when the old block ended)
  std::uint64_t address = 0;
  std::uint64_t size = 0;         // as requested by the program
  std::uint64_t old_address = 0;  // resize, remap, break
  std::uint64_t extra = 0;        // aligned kinds: alignment; mmap: pack_mmap_extra; remap: old size
  std::uint32_t keep = 0;
  std::uint32_t push = 0;
};

// Stack frame id that stands for "the unwinder stopped here, there are more frames": always outermost.
inline constexpr std::uint32_t kTruncatedPc = 0;

constexpr std::uint64_t pack_mmap_extra(int prot, int flags, bool has_file) noexcept {
  return static_cast<std::uint64_t>(static_cast<std::uint32_t>(prot)) << 33 |
         static_cast<std::uint64_t>(static_cast<std::uint32_t>(flags)) << 1 | (has_file ? 1U : 0U);
}
constexpr int mmap_prot(std::uint64_t extra) noexcept { return static_cast<int>(extra >> 33); }
constexpr int mmap_flags(std::uint64_t extra) noexcept {
  return static_cast<int>(static_cast<std::uint32_t>(extra >> 1));
}
constexpr bool mmap_has_file(std::uint64_t extra) noexcept { return (extra & 1) != 0; }

}  // namespace leak::trace
