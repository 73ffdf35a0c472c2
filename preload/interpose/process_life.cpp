// fork, exec and the exits that run no handlers.
#include <sched.h>
#include <unistd.h>

#include <cerrno>
#include <cstdarg>
#include <cstdlib>

#include "interpose/real_functions.h"
#include "record/hook_scope.h"
#include "record/lifecycle.h"
#include "sys/syscalls.h"

using leak::hook::HookScope;

namespace leak::hook {
namespace {

// Runs one of the exec functions; comes back only when it failed.
template <class Exec>
int run_exec(const HookFrame& frame, Exec&& exec) noexcept {
  {
    const HookScope scope(frame);
    if (!scope.nested()) before_exec();
  }
  const int result = exec();
  const int error = errno;
  {
    const HookScope scope(frame);
    if (!scope.nested()) after_failed_exec();
  }
  errno = error;
  return result;
}

template <class Fork>
pid_t run_fork(const HookFrame& frame, Fork&& real_fork) noexcept {
  before_fork();
  const pid_t pid = real_fork();
  if (pid == 0) {
    after_fork_in_child();
  } else if (pid > 0) {
    const HookScope scope(frame);
    if (!scope.nested()) after_fork_in_parent(pid);
  }
  return pid;
}

// The arguments of execl and its kin, as an array on the caller's stack.
constexpr std::size_t kMaxListArguments = 1024;

std::size_t collect(const char* first, va_list& rest, char** arguments) noexcept {
  arguments[0] = const_cast<char*>(first);
  std::size_t count = first == nullptr ? 0 : 1;
  while (count != 0 && count != kMaxListArguments) {
    arguments[count] = va_arg(rest, char*);
    if (arguments[count] == nullptr) break;
    ++count;
  }
  return count;
}

}  // namespace
}  // namespace leak::hook

#define COLLECT_ARGUMENTS(first)                                                      \
  char* arguments[leak::hook::kMaxListArguments + 1];                                 \
  va_list rest;                                                                       \
  va_start(rest, first);                                                              \
  if (leak::hook::collect(first, rest, arguments) == leak::hook::kMaxListArguments) { \
    va_end(rest);                                                                     \
    errno = E2BIG;                                                                    \
    return -1;                                                                        \
  }

extern "C" {

LEAKHOOK_EXPORT pid_t fork() noexcept {
  static pid_t (*real)() = nullptr;
  if (real == nullptr) real = leak::hook::next_function(&fork, "fork");
  return leak::hook::run_fork(LEAKHOOK_FRAME(), real);
}

LEAKHOOK_EXPORT pid_t _Fork() noexcept {
  static pid_t (*real)() = nullptr;
  if (real == nullptr) real = leak::hook::next_function(&_Fork, "_Fork");
  return leak::hook::run_fork(LEAKHOOK_FRAME(), real);
}

LEAKHOOK_EXPORT int execve(const char* path, char* const argv[], char* const envp[]) noexcept {
  auto* real = leak::hook::next_function(&execve, "execve");
  return leak::hook::run_exec(LEAKHOOK_FRAME(), [&] { return real(path, argv, envp); });
}

LEAKHOOK_EXPORT int execv(const char* path, char* const argv[]) noexcept {
  auto* real = leak::hook::next_function(&execv, "execv");
  return leak::hook::run_exec(LEAKHOOK_FRAME(), [&] { return real(path, argv); });
}

LEAKHOOK_EXPORT int execvp(const char* file, char* const argv[]) noexcept {
  auto* real = leak::hook::next_function(&execvp, "execvp");
  return leak::hook::run_exec(LEAKHOOK_FRAME(), [&] { return real(file, argv); });
}

LEAKHOOK_EXPORT int execvpe(const char* file, char* const argv[], char* const envp[]) noexcept {
  auto* real = leak::hook::next_function(&execvpe, "execvpe");
  return leak::hook::run_exec(LEAKHOOK_FRAME(), [&] { return real(file, argv, envp); });
}

LEAKHOOK_EXPORT int fexecve(int descriptor, char* const argv[], char* const envp[]) noexcept {
  auto* real = leak::hook::next_function(&fexecve, "fexecve");
  return leak::hook::run_exec(LEAKHOOK_FRAME(), [&] { return real(descriptor, argv, envp); });
}

LEAKHOOK_EXPORT int execveat(int directory, const char* path, char* const argv[], char* const envp[],
                             int flags) noexcept {
  auto* real = leak::hook::next_function(&execveat, "execveat");
  return leak::hook::run_exec(LEAKHOOK_FRAME(), [&] { return real(directory, path, argv, envp, flags); });
}

LEAKHOOK_EXPORT int execl(const char* path, const char* first, ...) noexcept {
  COLLECT_ARGUMENTS(first)
  va_end(rest);
  return execv(path, arguments);
}

LEAKHOOK_EXPORT int execlp(const char* file, const char* first, ...) noexcept {
  COLLECT_ARGUMENTS(first)
  va_end(rest);
  return execvp(file, arguments);
}

LEAKHOOK_EXPORT int execle(const char* path, const char* first, ...) noexcept {
  COLLECT_ARGUMENTS(first)
  char* const* const environment = va_arg(rest, char* const*);
  va_end(rest);
  return execve(path, arguments, environment);
}

LEAKHOOK_EXPORT void _exit(int status) {
  leak::hook::before_immediate_exit(status);
  for (;;) leak::sys::raw_syscall(SYS_exit_group, status);
}

LEAKHOOK_EXPORT void _Exit(int status) noexcept { _exit(status); }

LEAKHOOK_EXPORT void quick_exit(int status) noexcept {
  leak::hook::before_quick_exit(status);
  leak::hook::next_function(&quick_exit, "quick_exit")(status);
  __builtin_unreachable();
}

// A user namespace, and some others, may be entered only by a process of one thread.
LEAKHOOK_EXPORT int unshare(int flags) noexcept {
  auto* real = leak::hook::next_function(&unshare, "unshare");
  int result = real(flags);
  if (result != 0 && errno == EINVAL && leak::hook::end_for_namespace_change()) result = real(flags);
  return result;
}

LEAKHOOK_EXPORT int setns(int descriptor, int type) noexcept {
  auto* real = leak::hook::next_function(&setns, "setns");
  int result = real(descriptor, type);
  if (result != 0 && errno == EINVAL && leak::hook::end_for_namespace_change())
    result = real(descriptor, type);
  return result;
}

}  // extern "C"
