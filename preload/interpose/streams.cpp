// Streams and directories: each holds a descriptor, which the C library opens and closes without calling out.
// They are known by that descriptor. See descriptors.cpp for when things are recorded.
#include <cerrno>

#include "interpose/real_functions.h"
#include "interpose/resource_functions.h"
#include "record/resource_recorder.h"

using leak::hook::kTrackFds;
using leak::hook::moment_before_resource;
using leak::hook::real;
using Call = leak::trace::ResourceCall;

namespace leak::hook {
namespace {

// -1: it has none (open_memstream), or is no stream.
int descriptor_of(FILE* stream) noexcept {
  const int saved_errno = errno;
  const int fd = stream == nullptr ? -1 : fileno(stream);
  errno = saved_errno;
  return fd;
}

int descriptor_of(DIR* directory) noexcept {
  const int saved_errno = errno;
  const int fd = directory == nullptr ? -1 : dirfd(directory);
  errno = saved_errno;
  return fd;
}

template <class Holder>
[[gnu::always_inline]] inline Holder* opened(Call call, const HookFrame& frame, Holder* holder) {
  const int fd = descriptor_of(holder);
  if (fd >= 0) record_fd(call, fd, -1, frame);
  return holder;
}

template <class Holder>
[[gnu::always_inline]] inline Holder* wrapped(Call call, const HookFrame& frame, int fd, Holder* holder) {
  if (holder != nullptr) record_fd_wrap(call, fd, frame);
  return holder;
}

// Whatever the call says about writing what was buffered, the descriptor is gone.
[[gnu::always_inline]] inline void closed(Call call, const HookFrame& frame, int fd, std::uint64_t before) {
  if (fd >= 0) record_fd_close(call, fd, before, frame);
}

template <class Reopen>
[[gnu::always_inline]] inline FILE* reopened(const HookFrame& frame, FILE* stream, Reopen&& reopen) {
  const std::uint64_t before = moment_before_resource(kTrackFds);
  const int old_fd = descriptor_of(stream);
  FILE* const result = reopen();
  closed(Call::kFreopen, frame, old_fd, before);
  return opened(Call::kFreopen, frame, result);
}

}  // namespace
}  // namespace leak::hook

using leak::hook::closed;
using leak::hook::descriptor_of;
using leak::hook::opened;
using leak::hook::reopened;
using leak::hook::wrapped;

extern "C" {

LEAKHOOK_EXPORT FILE* fopen(const char* path, const char* mode) {
  return opened(Call::kFopen, LEAKHOOK_FRAME(), real().fopen_next(path, mode));
}

LEAKHOOK_EXPORT FILE* fopen64(const char* path, const char* mode) {
  return opened(Call::kFopen, LEAKHOOK_FRAME(), real().fopen64_next(path, mode));
}

LEAKHOOK_EXPORT FILE* fdopen(int fd, const char* mode) noexcept {
  return wrapped(Call::kFdopen, LEAKHOOK_FRAME(), fd, real().fdopen_next(fd, mode));
}

LEAKHOOK_EXPORT FILE* freopen(const char* path, const char* mode, FILE* stream) {
  return reopened(LEAKHOOK_FRAME(), stream, [&] { return real().freopen_next(path, mode, stream); });
}

LEAKHOOK_EXPORT FILE* freopen64(const char* path, const char* mode, FILE* stream) {
  return reopened(LEAKHOOK_FRAME(), stream, [&] { return real().freopen64_next(path, mode, stream); });
}

LEAKHOOK_EXPORT FILE* tmpfile() { return opened(Call::kTmpfile, LEAKHOOK_FRAME(), real().tmpfile_next()); }

LEAKHOOK_EXPORT FILE* tmpfile64() {
  return opened(Call::kTmpfile, LEAKHOOK_FRAME(), real().tmpfile64_next());
}

LEAKHOOK_EXPORT FILE* popen(const char* command, const char* mode) {
  return opened(Call::kPopen, LEAKHOOK_FRAME(), real().popen_next(command, mode));
}

LEAKHOOK_EXPORT int fclose(FILE* stream) {
  const std::uint64_t before = moment_before_resource(kTrackFds);
  const int fd = descriptor_of(stream);
  const int result = real().fclose_next(stream);
  closed(Call::kFclose, LEAKHOOK_FRAME(), fd, before);
  return result;
}

LEAKHOOK_EXPORT int pclose(FILE* stream) {
  const std::uint64_t before = moment_before_resource(kTrackFds);
  const int fd = descriptor_of(stream);
  const int result = real().pclose_next(stream);
  closed(Call::kPclose, LEAKHOOK_FRAME(), fd, before);
  return result;
}

LEAKHOOK_EXPORT DIR* opendir(const char* path) {
  return opened(Call::kOpendir, LEAKHOOK_FRAME(), real().opendir_next(path));
}

LEAKHOOK_EXPORT DIR* fdopendir(int fd) {
  return wrapped(Call::kFdopendir, LEAKHOOK_FRAME(), fd, real().fdopendir_next(fd));
}

LEAKHOOK_EXPORT int closedir(DIR* directory) {
  const std::uint64_t before = moment_before_resource(kTrackFds);
  const int fd = descriptor_of(directory);
  const int result = real().closedir_next(directory);
  if (result == 0) closed(Call::kClosedir, LEAKHOOK_FRAME(), fd, before);
  return result;
}

}  // extern "C"
