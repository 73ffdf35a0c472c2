// Stacks by libunwind: every frame is walked at every capture, and the difference is taken afterwards. The
// referee for the incremental unwinder, and the choice for a machine that it does not know.
#define UNW_LOCAL_ONLY
#include <libunwind.h>

#include <cstring>

#include "record/hook_scope.h"
#include "record/pc_table.h"
#include "record/stack_capture.h"
#include "trace_format/record.h"

namespace leak::hook {

// pcs and ids are held innermost first in `now`, and compared from the outermost end.
class StackCapture {
 public:
  static constexpr std::uint32_t kOwnFrames = 16;  // of this library, above the hook's caller

  std::uint32_t depth;
  std::uint32_t generation;
  std::uintptr_t pcs[kMaxCapturedFrames + 1];  // 0 stands for kTruncatedPc
  std::uint32_t ids[kMaxCapturedFrames + 1];
  std::uintptr_t walked[kMaxCapturedFrames + kOwnFrames];
};

namespace {

// The frames from the hook's caller on; libunwind starts inside this library.
std::uintptr_t* skip_own_frames(StackCapture& capture, const CaptureStart& start, std::uint32_t& depth) {
  for (std::uint32_t i = 0; i != depth && i != StackCapture::kOwnFrames; ++i) {
    if (capture.walked[i] != start.pc) continue;
    depth -= i;
    return capture.walked + i;
  }
  // Not found: the walk went wrong at once. The caller itself is known for certain.
  capture.walked[0] = start.pc;
  capture.walked[1] = 0;
  depth = 2;
  return capture.walked;
}

std::uint32_t id_of(std::uintptr_t pc) noexcept { return pc == 0 ? trace::kTruncatedPc : pc_id(pc, 0); }

}  // namespace

void prepare_stack_capture() noexcept {}

std::size_t stack_capture_bytes() noexcept { return sizeof(StackCapture); }

[[gnu::noinline]] StackDelta capture_stack(StackCapture& capture, const CaptureStart& start) noexcept {
  std::uint32_t depth = 0;
  {
    const InternalWork internal;  // libunwind maps memory
    const int walked = unw_backtrace(reinterpret_cast<void**>(capture.walked),
                                     static_cast<int>(kMaxCapturedFrames + StackCapture::kOwnFrames));
    depth = walked > 0 ? static_cast<std::uint32_t>(walked) : 0;
  }
  const bool cut = depth == kMaxCapturedFrames + StackCapture::kOwnFrames;
  std::uintptr_t* now = skip_own_frames(capture, start, depth);
  while (depth > 1 && now[depth - 1] == 0) --depth;  // libunwind counts the end marker of some stacks
  if (depth > kMaxCapturedFrames) depth = kMaxCapturedFrames;
  if (cut) now[depth++] = 0;

  const std::uint32_t generation = code_generation();
  std::uint32_t keep = 0;
  if (generation == capture.generation) {
    const std::uint32_t common = depth < capture.depth ? depth : capture.depth;
    while (keep != common && now[depth - 1 - keep] == capture.pcs[capture.depth - 1 - keep]) ++keep;
  }
  const std::uint32_t push = depth - keep;
  std::memmove(capture.ids + push, capture.ids + (capture.depth - keep), keep * sizeof(capture.ids[0]));
  for (std::uint32_t i = 0; i != push; ++i) capture.ids[i] = id_of(now[i]);
  std::memcpy(capture.pcs, now, depth * sizeof(now[0]));
  capture.depth = depth;
  capture.generation = generation;
  return {keep, push, capture.ids};
}

StackDelta whole_stack(StackCapture& capture) noexcept { return {0, capture.depth, capture.ids}; }

std::uint32_t copy_stack(const StackCapture& capture, std::uintptr_t* addresses,
                         std::uint32_t most) noexcept {
  const std::uint32_t count = capture.depth < most ? capture.depth : most;
  std::memcpy(addresses, capture.pcs, count * sizeof(addresses[0]));
  return count;
}

void forget_stack(StackCapture& capture) noexcept { capture.depth = 0; }

}  // namespace leak::hook
