// Resources other than memory: which function made or ended one, and what its event packs into `extra`.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace leak::trace {

// Numbers are part of the format: append, never renumber. One for all variants of a name (open64, __open_2).
enum class ResourceCall : std::uint8_t {
  kUnknown,
  kOpen,
  kOpenat,
  kCreat,
  kOpenByHandleAt,
  kSocket,
  kAccept,
  kSocketpair,
  kPipe,
  kDup,
  kDup2,
  kFcntl,
  kEpollCreate,
  kEventfd,
  kTimerfdCreate,
  kSignalfd,
  kMemfdCreate,
  kInotifyInit,
  kFanotifyInit,
  kPidfdOpen,
  kPidfdGetfd,
  kShmOpen,
  kMkstemp,
  kPosixOpenpt,
  kOpenpty,
  kMqOpen,
  kFopen,
  kFdopen,
  kFreopen,
  kTmpfile,
  kPopen,
  kOpendir,
  kFdopendir,
  kClose,
  kCloseRange,
  kClosefrom,
  kMqClose,
  kFclose,
  kPclose,
  kClosedir,
  kPthreadCreate,
  kThrdCreate,
  kPthreadJoin,
  kThrdJoin,
  kPthreadDetach,
  kThrdDetach,
};

inline constexpr auto kResourceCallNames = std::to_array<const char*>({"an unknown function",
                                                                       "open",
                                                                       "openat",
                                                                       "creat",
                                                                       "open_by_handle_at",
                                                                       "socket",
                                                                       "accept",
                                                                       "socketpair",
                                                                       "pipe",
                                                                       "dup",
                                                                       "dup2",
                                                                       "fcntl",
                                                                       "epoll_create",
                                                                       "eventfd",
                                                                       "timerfd_create",
                                                                       "signalfd",
                                                                       "memfd_create",
                                                                       "inotify_init",
                                                                       "fanotify_init",
                                                                       "pidfd_open",
                                                                       "pidfd_getfd",
                                                                       "shm_open",
                                                                       "mkstemp",
                                                                       "posix_openpt",
                                                                       "openpty",
                                                                       "mq_open",
                                                                       "fopen",
                                                                       "fdopen",
                                                                       "freopen",
                                                                       "tmpfile",
                                                                       "popen",
                                                                       "opendir",
                                                                       "fdopendir",
                                                                       "close",
                                                                       "close_range",
                                                                       "closefrom",
                                                                       "mq_close",
                                                                       "fclose",
                                                                       "pclose",
                                                                       "closedir",
                                                                       "pthread_create",
                                                                       "thrd_create",
                                                                       "pthread_join",
                                                                       "thrd_join",
                                                                       "pthread_detach",
                                                                       "thrd_detach"});
static_assert(kResourceCallNames.size() == static_cast<std::size_t>(ResourceCall::kThrdDetach) + 1);

constexpr ResourceCall resource_call(std::uint64_t number) noexcept {
  return number < kResourceCallNames.size() ? static_cast<ResourceCall>(number) : ResourceCall::kUnknown;
}
constexpr const char* name_of(ResourceCall call) noexcept {
  return kResourceCallNames[static_cast<std::size_t>(call)];
}

// Of a descriptor: the one that it is a copy of, -1: of none. One that dup2 replaces has no event of its own.
constexpr std::uint64_t pack_fd_origin(int copied_from) noexcept {
  return static_cast<std::uint64_t>(copied_from + 1);
}
constexpr std::int64_t fd_copied_from(std::uint64_t extra) noexcept {
  return static_cast<std::int64_t>(extra) - 1;
}

inline constexpr std::uint64_t kThreadIsDetached = 1;  // nobody may join it

}  // namespace leak::trace
