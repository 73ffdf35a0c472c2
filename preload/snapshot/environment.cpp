#include "snapshot/environment.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/utsname.h>

#include <cstddef>
#include <cstring>

#include "sys/syscalls.h"

namespace leak::hook {

namespace {

template <std::size_t kSize>
bool read_file(const char* path, char (&text)[kSize]) noexcept {
  const long file = sys::raw_syscall(SYS_openat, AT_FDCWD, sys::as_arg(path), O_RDONLY | O_CLOEXEC, 0);
  if (file < 0) return false;
  const long got = sys::read_some(static_cast<int>(file), text, kSize - 1);
  sys::raw_syscall(SYS_close, file);
  text[got > 0 ? got : 0] = '\0';
  return got > 0;
}

int number_at(const char*& text) noexcept {
  int number = 0;
  for (; *text >= '0' && *text <= '9'; ++text) number = number * 10 + (*text - '0');
  return number;
}

bool kernel_is_older_than(int major, int minor) noexcept {
  utsname name{};
  if (sys::raw_syscall(SYS_uname, sys::as_arg(&name)) != 0) return true;
  const char* at = name.release;
  const int its_major = number_at(at);
  if (*at == '.') ++at;
  const int its_minor = number_at(at);
  return its_major < major || (its_major == major && its_minor < minor);
}

bool has_system_call_filter() noexcept {
  char status[4096];
  if (!read_file("/proc/self/status", status)) return true;
  const char* const line = std::strstr(status, "\nSeccomp:");
  return line != nullptr && std::strncmp(line, "\nSeccomp:\t2", std::strlen("\nSeccomp:\t2")) == 0;
}

}  // namespace

bool tracing_is_safe() noexcept { return !kernel_is_older_than(5, 16) || !has_system_call_filter(); }

void allow_tracer(int pid) noexcept {
  char scope[16];
  if (!read_file("/proc/sys/kernel/yama/ptrace_scope", scope) || scope[0] != '1') return;
  sys::raw_syscall(SYS_prctl, PR_SET_PTRACER, pid);
}

}  // namespace leak::hook
