// The next functions in line for descriptors and threads. Looked up all at once, before the first of them is
// called, because they are called from signal handlers and in children of vfork, where nothing may be looked
// up.
#pragma once

#include <dirent.h>
#include <fcntl.h>
#include <mqueue.h>
#include <pthread.h>
#include <pty.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/fanotify.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <threads.h>
#include <unistd.h>

#include <cstdint>

// What programs that were built with _FORTIFY_SOURCE call.
extern "C" {
int __open_2(const char* path, int flags);
int __open64_2(const char* path, int flags);
int __openat_2(int directory, const char* path, int flags);
int __openat64_2(int directory, const char* path, int flags);
}

// <sys/pidfd.h> of glibc 2.36 forgets that these are C.
extern "C" {
int pidfd_open(pid_t pid, unsigned flags) noexcept;
int pidfd_getfd(int process, int target, unsigned flags) noexcept;
}

#define LEAKHOOK_RESOURCE_FUNCTIONS(X)                                                                       \
  X(open)                                                                                                    \
  X(open64) X(__open_2) X(__open64_2) X(openat) X(openat64) X(__openat_2) X(__openat64_2) X(creat)           \
      X(creat64) X(open_by_handle_at) X(socket) X(accept) X(accept4) X(socketpair) X(pipe) X(pipe2) X(dup)   \
          X(dup2) X(dup3) X(fcntl) X(fcntl64) X(epoll_create) X(epoll_create1) X(eventfd) X(timerfd_create)  \
              X(signalfd) X(memfd_create) X(inotify_init) X(inotify_init1) X(fanotify_init) X(pidfd_open)    \
                  X(pidfd_getfd) X(shm_open) X(mkstemp) X(mkstemp64) X(mkostemp) X(mkostemp64) X(mkstemps)   \
                      X(mkstemps64) X(mkostemps) X(mkostemps64) X(posix_openpt) X(getpt) X(openpty)          \
                          X(mq_open) X(fopen) X(fopen64) X(fdopen) X(freopen) X(freopen64) X(tmpfile)        \
                              X(tmpfile64) X(popen) X(opendir) X(fdopendir) X(close) X(close_range)          \
                                  X(closefrom) X(mq_close) X(fclose) X(pclose) X(closedir) X(pthread_create) \
                                      X(pthread_join) X(pthread_tryjoin_np) X(pthread_timedjoin_np)          \
                                          X(pthread_clockjoin_np) X(pthread_detach) X(thrd_create)           \
                                              X(thrd_join) X(thrd_detach)

namespace leak::hook {

struct ResourceFunctions {
#define LEAKHOOK_MEMBER(name) decltype(&::name) name##_next;
  LEAKHOOK_RESOURCE_FUNCTIONS(LEAKHOOK_MEMBER)
#undef LEAKHOOK_MEMBER
};

extern constinit ResourceFunctions g_resource_functions;
extern constinit bool g_resource_functions_ready;

void resolve_resource_functions() noexcept;

inline const ResourceFunctions& real() noexcept {
  if (!__atomic_load_n(&g_resource_functions_ready, __ATOMIC_ACQUIRE)) [[unlikely]]
    resolve_resource_functions();
  return g_resource_functions;
}

}  // namespace leak::hook
