// Functions that make, copy and close descriptors. What makes one is recorded after the real call, what ends
// one with the moment before it: another thread may get the number while close has not returned yet.
//
// No scope is open while a real call runs (resource_recorder.h), and none of these is noexcept where the C
// library's is not: cancellation unwinds through them.
#include <cerrno>
#include <cstdarg>

#include "interpose/real_functions.h"
#include "interpose/resource_functions.h"
#include "record/resource_recorder.h"

using leak::hook::kTrackFds;
using leak::hook::moment_before_resource;
using leak::hook::real;
using leak::hook::record_fd;
using Call = leak::trace::ResourceCall;

namespace leak::hook {
namespace {

[[gnu::always_inline]] inline int opened(Call call, const HookFrame& frame, int fd, int copied_from = -1) {
  if (fd >= 0) record_fd(call, fd, copied_from, frame);
  return fd;
}

[[gnu::always_inline]] inline int opened_pair(Call call, const HookFrame& frame, int result,
                                              const int* pair) {
  if (result == 0) {
    record_fd(call, pair[0], -1, frame);
    record_fd(call, pair[1], -1, frame);
  }
  return result;
}

// Linux closes the descriptor even when a signal interrupted the call.
[[gnu::always_inline]] inline int closed(Call call, const HookFrame& frame, int fd, std::uint64_t before,
                                         int result) {
  if (result == 0 || errno == EINTR || errno == EIO) record_fd_close(call, fd, before, frame);
  return result;
}

bool needs_mode(int flags) noexcept { return (flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE; }

bool is_copy(int command) noexcept { return command == F_DUPFD || command == F_DUPFD_CLOEXEC; }

}  // namespace
}  // namespace leak::hook

using leak::hook::closed;
using leak::hook::is_copy;
using leak::hook::needs_mode;
using leak::hook::opened;
using leak::hook::opened_pair;

// The optional mode, as the C library reads it.
#define READ_MODE(last)                                      \
  mode_t mode = 0;                                           \
  if (needs_mode(last)) {                                    \
    va_list arguments;                                       \
    va_start(arguments, last);                               \
    mode = static_cast<mode_t>(va_arg(arguments, unsigned)); \
    va_end(arguments);                                       \
  }

#define READ_ARGUMENT(last)                  \
  va_list arguments;                         \
  va_start(arguments, last);                 \
  void* argument = va_arg(arguments, void*); \
  va_end(arguments);

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

LEAKHOOK_EXPORT int socket(int domain, int type, int protocol) noexcept {
  return opened(Call::kSocket, LEAKHOOK_FRAME(), real().socket_next(domain, type, protocol));
}

LEAKHOOK_EXPORT int accept(int listener, struct sockaddr* address, socklen_t* length) {
  return opened(Call::kAccept, LEAKHOOK_FRAME(), real().accept_next(listener, address, length));
}

LEAKHOOK_EXPORT int accept4(int listener, struct sockaddr* address, socklen_t* length, int flags) {
  return opened(Call::kAccept, LEAKHOOK_FRAME(), real().accept4_next(listener, address, length, flags));
}

LEAKHOOK_EXPORT int socketpair(int domain, int type, int protocol, int pair[2]) noexcept {
  return opened_pair(Call::kSocketpair, LEAKHOOK_FRAME(),
                     real().socketpair_next(domain, type, protocol, pair), pair);
}

LEAKHOOK_EXPORT int pipe(int pair[2]) noexcept {
  return opened_pair(Call::kPipe, LEAKHOOK_FRAME(), real().pipe_next(pair), pair);
}

LEAKHOOK_EXPORT int pipe2(int pair[2], int flags) noexcept {
  return opened_pair(Call::kPipe, LEAKHOOK_FRAME(), real().pipe2_next(pair, flags), pair);
}

LEAKHOOK_EXPORT int dup(int fd) noexcept {
  return opened(Call::kDup, LEAKHOOK_FRAME(), real().dup_next(fd), fd);
}

LEAKHOOK_EXPORT int dup2(int fd, int target) noexcept {
  const int copy = real().dup2_next(fd, target);
  return fd == target ? copy : opened(Call::kDup2, LEAKHOOK_FRAME(), copy, fd);
}

LEAKHOOK_EXPORT int dup3(int fd, int target, int flags) noexcept {
  return opened(Call::kDup2, LEAKHOOK_FRAME(), real().dup3_next(fd, target, flags), fd);
}

LEAKHOOK_EXPORT int fcntl(int fd, int command, ...) {
  READ_ARGUMENT(command)
  const int result = real().fcntl_next(fd, command, argument);
  return is_copy(command) ? opened(Call::kFcntl, LEAKHOOK_FRAME(), result, fd) : result;
}

LEAKHOOK_EXPORT int fcntl64(int fd, int command, ...) {
  READ_ARGUMENT(command)
  const int result = real().fcntl64_next(fd, command, argument);
  return is_copy(command) ? opened(Call::kFcntl, LEAKHOOK_FRAME(), result, fd) : result;
}

LEAKHOOK_EXPORT int epoll_create(int size) noexcept {
  return opened(Call::kEpollCreate, LEAKHOOK_FRAME(), real().epoll_create_next(size));
}

LEAKHOOK_EXPORT int epoll_create1(int flags) noexcept {
  return opened(Call::kEpollCreate, LEAKHOOK_FRAME(), real().epoll_create1_next(flags));
}

LEAKHOOK_EXPORT int eventfd(unsigned count, int flags) noexcept {
  return opened(Call::kEventfd, LEAKHOOK_FRAME(), real().eventfd_next(count, flags));
}

LEAKHOOK_EXPORT int timerfd_create(clockid_t clock, int flags) noexcept {
  return opened(Call::kTimerfdCreate, LEAKHOOK_FRAME(), real().timerfd_create_next(clock, flags));
}

LEAKHOOK_EXPORT int signalfd(int fd, const sigset_t* mask, int flags) noexcept {
  const int result = real().signalfd_next(fd, mask, flags);
  return fd >= 0 ? result : opened(Call::kSignalfd, LEAKHOOK_FRAME(), result);
}

LEAKHOOK_EXPORT int memfd_create(const char* name, unsigned flags) noexcept {
  return opened(Call::kMemfdCreate, LEAKHOOK_FRAME(), real().memfd_create_next(name, flags));
}

LEAKHOOK_EXPORT int inotify_init() noexcept {
  return opened(Call::kInotifyInit, LEAKHOOK_FRAME(), real().inotify_init_next());
}

LEAKHOOK_EXPORT int inotify_init1(int flags) noexcept {
  return opened(Call::kInotifyInit, LEAKHOOK_FRAME(), real().inotify_init1_next(flags));
}

LEAKHOOK_EXPORT int fanotify_init(unsigned flags, unsigned event_flags) noexcept {
  return opened(Call::kFanotifyInit, LEAKHOOK_FRAME(), real().fanotify_init_next(flags, event_flags));
}

LEAKHOOK_EXPORT int pidfd_open(pid_t pid, unsigned flags) noexcept {
  return opened(Call::kPidfdOpen, LEAKHOOK_FRAME(), real().pidfd_open_next(pid, flags));
}

LEAKHOOK_EXPORT int pidfd_getfd(int process, int target, unsigned flags) noexcept {
  return opened(Call::kPidfdGetfd, LEAKHOOK_FRAME(), real().pidfd_getfd_next(process, target, flags));
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

LEAKHOOK_EXPORT int close(int fd) {
  const std::uint64_t before = moment_before_resource(kTrackFds);
  return closed(Call::kClose, LEAKHOOK_FRAME(), fd, before, real().close_next(fd));
}

LEAKHOOK_EXPORT int mq_close(mqd_t fd) noexcept {
  const std::uint64_t before = moment_before_resource(kTrackFds);
  return closed(Call::kMqClose, LEAKHOOK_FRAME(), fd, before, real().mq_close_next(fd));
}

LEAKHOOK_EXPORT int close_range(unsigned first, unsigned last, int flags) noexcept {
  const std::uint64_t before = moment_before_resource(kTrackFds);
  const int result = real().close_range_next(first, last, flags);
  if (result == 0 && (static_cast<unsigned>(flags) & CLOSE_RANGE_CLOEXEC) == 0) {
    leak::hook::record_fd_close_range(Call::kCloseRange, first, last, before, LEAKHOOK_FRAME());
  }
  return result;
}

LEAKHOOK_EXPORT void closefrom(int first) noexcept {
  const std::uint64_t before = moment_before_resource(kTrackFds);
  real().closefrom_next(first);
  const unsigned lowest = first < 0 ? 0 : static_cast<unsigned>(first);
  leak::hook::record_fd_close_range(Call::kClosefrom, lowest, ~0U, before, LEAKHOOK_FRAME());
}

}  // extern "C"
