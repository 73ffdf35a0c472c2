// The windows of leakhook/leakhook.h. Callers pass the sizes of their structs: a program that was built with
// an older or newer header gets the fields that both know.
#include <cstring>

#include "interpose/real_functions.h"
#include "leakhook/window_types.h"
#include "record/block_window.h"
#include "record/hook_scope.h"

using leak::hook::HookScope;
using leak::hook::WindowBlock;

namespace {

constexpr int kThisThread = 1;  // LEAKHOOK_THIS_THREAD

template <class Struct>
void give(void* to, const Struct& from, std::size_t size) noexcept {
  std::memset(to, 0, size);
  std::memcpy(to, &from, size < sizeof(from) ? size : sizeof(from));
}

struct Listing {
  char* next;
  std::size_t size;
  std::size_t room;
};

void list(void* context, const WindowBlock& block) noexcept {
  Listing& listing = *static_cast<Listing*>(context);
  if (listing.room == 0) return;
  leakhook_block out{};
  out.address = reinterpret_cast<void*>(block.address);
  out.size = block.size;
  out.name = block.name;
  out.thread = block.tid;
  static_assert(WindowBlock::kMostFrames == LEAKHOOK_MAX_FRAMES);
  out.frame_count = block.frame_count;
  std::memcpy(out.frames, block.frames, block.frame_count * sizeof(block.frames[0]));
  give(listing.next, out, listing.size);
  listing.next += listing.size;
  --listing.room;
}

}  // namespace

extern "C" {

LEAKHOOK_EXPORT int leakhook_api_window_open(int flags) noexcept {
  const HookScope scope(LEAKHOOK_FRAME());
  return leak::hook::open_window(scope, (flags & kThisThread) != 0);
}

LEAKHOOK_EXPORT int leakhook_api_window_stop(int window) noexcept {
  const HookScope scope(LEAKHOOK_FRAME());
  return leak::hook::stop_window(scope, window) ? 1 : 0;
}

LEAKHOOK_EXPORT int leakhook_api_window_close(int window) noexcept {
  const HookScope scope(LEAKHOOK_FRAME());
  return leak::hook::close_window(scope, window) ? 1 : 0;
}

LEAKHOOK_EXPORT int leakhook_api_window_read(int window, void* counts, std::size_t size) noexcept {
  const HookScope scope(LEAKHOOK_FRAME());
  leak::hook::WindowCounts now{};
  if (!leak::hook::read_window(scope, window, now)) return 0;
  const leakhook_counts out{now.allocations, now.allocated_bytes, now.live_blocks,
                            now.live_bytes,  now.peak_bytes,      now.missed};
  give(counts, out, size);
  return 1;
}

LEAKHOOK_EXPORT std::size_t leakhook_api_window_blocks(int window, void* blocks, std::size_t size,
                                                       std::size_t capacity) noexcept {
  const HookScope scope(LEAKHOOK_FRAME());
  Listing listing{static_cast<char*>(blocks), size, capacity};
  return leak::hook::visit_window(scope, window, &list, &listing);
}

LEAKHOOK_EXPORT int leakhook_api_track_object(const void* object, const char* name) noexcept {
  const HookScope scope(LEAKHOOK_FRAME());
  return leak::hook::name_window_block(scope, object, name) ? 1 : 0;
}

}  // extern "C"
