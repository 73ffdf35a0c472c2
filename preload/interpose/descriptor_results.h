// What the functions that make and close descriptors have in common (open_functions.cpp, descriptors.cpp).
// What makes one is recorded after the real call, what ends one with the moment before it: another thread may
// get the number while close has not returned yet.
//
// No scope is open while a real call runs (resource_recorder.h), and none of these functions is noexcept
// where the C library's is not: cancellation unwinds through them.
#pragma once

#include <cerrno>

#include "record/resource_recorder.h"

namespace leak::hook {

[[gnu::always_inline]] inline int opened(trace::ResourceCall call, const HookFrame& frame, int fd,
                                         int copied_from = -1) {
  if (fd >= 0) record_fd(call, fd, copied_from, frame);
  return fd;
}

[[gnu::always_inline]] inline int opened_pair(trace::ResourceCall call, const HookFrame& frame, int result,
                                              const int* pair) {
  if (result == 0) {
    record_fd(call, pair[0], -1, frame);
    record_fd(call, pair[1], -1, frame);
  }
  return result;
}

// Linux closes the descriptor even when a signal interrupted the call.
[[gnu::always_inline]] inline int closed(trace::ResourceCall call, const HookFrame& frame, int fd,
                                         std::uint64_t before, int result) {
  if (result == 0 || errno == EINTR || errno == EIO) record_fd_close(call, fd, before, frame);
  return result;
}

}  // namespace leak::hook
