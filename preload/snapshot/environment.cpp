#include "snapshot/environment.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/utsname.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "scan/node_index.h"
#include "scan/team.h"
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

// Of /proc/PID/status; -1: no such line.
int status_number(const char* status, const char* name) noexcept {
  const char* at = std::strstr(status, name);
  if (at == nullptr) return -1;
  at += std::strlen(name);
  return number_at(at);
}

constexpr char kFilterMode[] = "\nSeccomp:\t";
constexpr int kFiltered = 2;

bool has_system_call_filter() noexcept {
  char status[4096];
  return !read_file("/proc/self/status", status) || status_number(status, kFilterMode) == kFiltered;
}

unsigned processors() noexcept {
  std::uint64_t allowed[128] = {};  // 8192 processors
  const long bytes = sys::raw_syscall(SYS_sched_getaffinity, 0, sizeof(allowed), sys::as_arg(allowed));
  if (bytes <= 0) return 1;
  unsigned count = 0;
  for (const std::uint64_t word : allowed) count += count_bits(word);
  return count;
}

// Of the whole machine, besides the one that we run on; as if all were idle where the kernel does not say.
unsigned idle_processors() noexcept {
  char online[256], load[256];
  if (!read_file("/sys/devices/system/cpu/online", online) || !read_file("/proc/loadavg", load)) return ~0U;
  // "0-7": the last number. "0.20 0.18 0.12 3/80 11206": those that run or want to, then all threads.
  const char* last = online;
  for (const char* at = online; *at != '\0'; ++at) {
    if (*at == '-' || *at == ',') last = at + 1;
  }
  const int highest = number_at(last);
  const char* running = std::strchr(load, '/');
  if (running == nullptr) return ~0U;
  while (running != load && running[-1] != ' ') --running;
  const int busy = number_at(running);
  return busy > highest ? 0 : static_cast<unsigned>(highest + 1 - std::max(busy, 1));
}

}  // namespace

bool tracing_is_safe() noexcept { return !kernel_is_older_than(5, 16) || !has_system_call_filter(); }

void allow_tracer(int pid) noexcept {
  char scope[16];
  if (!read_file("/proc/sys/kernel/yama/ptrace_scope", scope) || scope[0] != '1') return;
  sys::raw_syscall(SYS_prctl, PR_SET_PTRACER, pid);
}

int system_call_filters() noexcept {
  char status[4096];
  if (!read_file("/proc/thread-self/status", status)) return kUnknownFilters;
  if (status_number(status, kFilterMode) <= 0) return 0;
  return status_number(status, "\nSeccomp_filters:\t");
}

PageQuestions page_questions(int filters) noexcept {
  return filters == 0 ? PageQuestions::kAny : PageQuestions::kReadsOnly;
}

unsigned scan_helpers(trace::ImageKind image, int filters, int filters_at_start) noexcept {
  if (filters == kUnknownFilters || filters != filters_at_start) return 0;
  constexpr unsigned kEnoughForBoth = 4;
  const unsigned count = processors();
  // Threads that wait for one another do worse on a busy machine than one alone.
  const unsigned idle = idle_processors();
  if (image == trace::ImageKind::kForked) return count >= kEnoughForBoth ? std::min(idle, 1U) : 0;
  return std::min({count - 1, idle, Team::kMostHelpers});
}

}  // namespace leak::hook
