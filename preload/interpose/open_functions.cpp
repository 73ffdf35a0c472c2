// Functions that open something by its name.
#include <cstdarg>

#include "interpose/descriptor_results.h"
#include "interpose/real_functions.h"
#include "interpose/resource_functions.h"

using leak::hook::opened;
using leak::hook::opened_pair;
using leak::hook::real;
using Call = leak::trace::ResourceCall;

namespace {

bool needs_mode(int flags) noexcept { return (flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE; }

}  // namespace

// The optional mode, as the C library reads it.
#define READ_MODE(last)                                      \
  mode_t mode = 0;                                           \
  if (needs_mode(last)) {                                    \
    va_list arguments;                                       \
    va_start(arguments, last);                               \
    mode = static_cast<mode_t>(va_arg(arguments, unsigned)); \
    va_end(arguments);                                       \
  }

extern "C" {

LEAKHOOK_EXPORT int open(const char* path, int flags, ...) {
  READ_MODE(flags)
  return opened(Call::kOpen, LEAKHOOK_FRAME(), real().open_next(path, flags, mode));
}

LEAKHOOK_EXPORT int open64(const char* path, int flags, ...) {
  READ_MODE(flags)
  return opened(Call::kOpen, LEAKHOOK_FRAME(), real().open64_next(path, flags, mode));
}

LEAKHOOK_EXPORT int __open_2(const char* path, int flags) {
  return opened(Call::kOpen, LEAKHOOK_FRAME(), real().__open_2_next(path, flags));
}

LEAKHOOK_EXPORT int __open64_2(const char* path, int flags) {
  return opened(Call::kOpen, LEAKHOOK_FRAME(), real().__open64_2_next(path, flags));
}

LEAKHOOK_EXPORT int openat(int directory, const char* path, int flags, ...) {
  READ_MODE(flags)
  return opened(Call::kOpenat, LEAKHOOK_FRAME(), real().openat_next(directory, path, flags, mode));
}

LEAKHOOK_EXPORT int openat64(int directory, const char* path, int flags, ...) {
  READ_MODE(flags)
  return opened(Call::kOpenat, LEAKHOOK_FRAME(), real().openat64_next(directory, path, flags, mode));
}

LEAKHOOK_EXPORT int __openat_2(int directory, const char* path, int flags) {
  return opened(Call::kOpenat, LEAKHOOK_FRAME(), real().__openat_2_next(directory, path, flags));
}

LEAKHOOK_EXPORT int __openat64_2(int directory, const char* path, int flags) {
  return opened(Call::kOpenat, LEAKHOOK_FRAME(), real().__openat64_2_next(directory, path, flags));
}

LEAKHOOK_EXPORT int creat(const char* path, mode_t mode) {
  return opened(Call::kCreat, LEAKHOOK_FRAME(), real().creat_next(path, mode));
}

LEAKHOOK_EXPORT int creat64(const char* path, mode_t mode) {
  return opened(Call::kCreat, LEAKHOOK_FRAME(), real().creat64_next(path, mode));
}

LEAKHOOK_EXPORT int open_by_handle_at(int mount, struct file_handle* handle, int flags) {
  return opened(Call::kOpenByHandleAt, LEAKHOOK_FRAME(), real().open_by_handle_at_next(mount, handle, flags));
}

LEAKHOOK_EXPORT int shm_open(const char* name, int flags, mode_t mode) {
  return opened(Call::kShmOpen, LEAKHOOK_FRAME(), real().shm_open_next(name, flags, mode));
}

LEAKHOOK_EXPORT int mkstemp(char* name) {
  return opened(Call::kMkstemp, LEAKHOOK_FRAME(), real().mkstemp_next(name));
}

LEAKHOOK_EXPORT int mkstemp64(char* name) {
  return opened(Call::kMkstemp, LEAKHOOK_FRAME(), real().mkstemp64_next(name));
}

LEAKHOOK_EXPORT int mkostemp(char* name, int flags) {
  return opened(Call::kMkstemp, LEAKHOOK_FRAME(), real().mkostemp_next(name, flags));
}

LEAKHOOK_EXPORT int mkostemp64(char* name, int flags) {
  return opened(Call::kMkstemp, LEAKHOOK_FRAME(), real().mkostemp64_next(name, flags));
}

LEAKHOOK_EXPORT int mkstemps(char* name, int suffix) {
  return opened(Call::kMkstemp, LEAKHOOK_FRAME(), real().mkstemps_next(name, suffix));
}

LEAKHOOK_EXPORT int mkstemps64(char* name, int suffix) {
  return opened(Call::kMkstemp, LEAKHOOK_FRAME(), real().mkstemps64_next(name, suffix));
}

LEAKHOOK_EXPORT int mkostemps(char* name, int suffix, int flags) {
  return opened(Call::kMkstemp, LEAKHOOK_FRAME(), real().mkostemps_next(name, suffix, flags));
}

LEAKHOOK_EXPORT int mkostemps64(char* name, int suffix, int flags) {
  return opened(Call::kMkstemp, LEAKHOOK_FRAME(), real().mkostemps64_next(name, suffix, flags));
}

LEAKHOOK_EXPORT int posix_openpt(int flags) {
  return opened(Call::kPosixOpenpt, LEAKHOOK_FRAME(), real().posix_openpt_next(flags));
}

LEAKHOOK_EXPORT int getpt() { return opened(Call::kPosixOpenpt, LEAKHOOK_FRAME(), real().getpt_next()); }

LEAKHOOK_EXPORT int openpty(int* controller, int* terminal, char* name, const struct termios* settings,
                            const struct winsize* size) noexcept {
  const int result = real().openpty_next(controller, terminal, name, settings, size);
  if (result != 0) return result;
  const int pair[2] = {*controller, *terminal};
  return opened_pair(Call::kOpenpty, LEAKHOOK_FRAME(), result, pair);
}

LEAKHOOK_EXPORT mqd_t mq_open(const char* name, int flags, ...) noexcept {
  mode_t mode = 0;
  struct mq_attr* attributes = nullptr;
  if ((flags & O_CREAT) != 0) {
    va_list arguments;
    va_start(arguments, flags);
    mode = static_cast<mode_t>(va_arg(arguments, unsigned));
    attributes = va_arg(arguments, struct mq_attr*);
    va_end(arguments);
  }
  return opened(Call::kMqOpen, LEAKHOOK_FRAME(), real().mq_open_next(name, flags, mode, attributes));
}

}  // extern "C"
