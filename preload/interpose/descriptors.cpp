// Functions that make descriptors of what has no name, copy and close them.
#include <cstdarg>

#include "interpose/descriptor_results.h"
#include "interpose/real_functions.h"
#include "interpose/resource_functions.h"

using leak::hook::closed;
using leak::hook::kTrackFds;
using leak::hook::moment_before_resource;
using leak::hook::opened;
using leak::hook::opened_pair;
using leak::hook::real;
using Call = leak::trace::ResourceCall;

namespace {

bool is_copy(int command) noexcept { return command == F_DUPFD || command == F_DUPFD_CLOEXEC; }

}  // namespace

#define READ_ARGUMENT(last)                  \
  va_list arguments;                         \
  va_start(arguments, last);                 \
  void* argument = va_arg(arguments, void*); \
  va_end(arguments);

extern "C" {

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
