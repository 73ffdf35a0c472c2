#include "sink/process_probe.h"

#include <fcntl.h>

#include "sys/pages.h"
#include "sys/syscalls.h"

namespace leak::hook {

namespace {

int open_for_reading(const char* path) noexcept {
  return static_cast<int>(
      sys::raw_syscall(SYS_openat, AT_FDCWD, sys::as_arg(path), O_RDONLY | O_CLOEXEC, 0));
}

// Re-reads a /proc file from its start; the text is zero-terminated. Returns its length, 0 on failure.
template <std::size_t kSize>
std::size_t reread(int descriptor, char (&text)[kSize]) noexcept {
  if (descriptor < 0) return 0;
  const long got =
      sys::raw_syscall(SYS_pread64, descriptor, sys::as_arg(text), static_cast<long>(kSize - 1), 0);
  const std::size_t length = got > 0 ? static_cast<std::size_t>(got) : 0;
  text[length] = '\0';
  return length;
}

std::uint64_t next_number(const char*& at) noexcept {
  while (*at != '\0' && (*at < '0' || *at > '9')) ++at;
  std::uint64_t number = 0;
  for (; *at >= '0' && *at <= '9'; ++at) number = number * 10 + static_cast<std::uint64_t>(*at - '0');
  return number;
}

}  // namespace

void ProcessProbe::open() noexcept {
  memory_descriptor_ = open_for_reading("/proc/self/statm");
  state_descriptor_ = open_for_reading("/proc/self/stat");
}

bool ProcessProbe::read_memory(Memory& memory) const noexcept {
  char text[256];
  if (reread(memory_descriptor_, text) == 0) return false;
  const char* at = text;
  memory.virtual_bytes = next_number(at) * sys::kPageBytes;
  memory.rss_bytes = next_number(at) * sys::kPageBytes;
  memory.shared_bytes = next_number(at) * sys::kPageBytes;
  return true;
}

void ProcessProbe::refresh_threads() noexcept {
  char text[1024];
  const std::size_t length = reread(state_descriptor_, text);
  if (length == 0) return;
  // pid (name) state ppid ...: the name may hold anything, so count fields from its closing bracket.
  const char* at = text + length;
  while (at != text && *at != ')') --at;
  if (at == text || at[1] == '\0' || at[2] == '\0') return;
  const bool leader_is_dead = at[2] == 'Z';
  at += 3;
  constexpr int kFieldsBeforeThreads = 16;  // ppid (field 4) to nice (field 19)
  for (int i = 0; i != kFieldsBeforeThreads; ++i) {
    while (*at == ' ') ++at;
    while (*at != ' ' && *at != '\0') ++at;
  }
  const std::uint64_t all = next_number(at);
  threads_ = all > 0 ? static_cast<std::uint32_t>(all - 1) : 0;  // without the writer thread
  gone_ = leader_is_dead && all <= 2;                             // the dead leader and the writer
}

}  // namespace leak::hook
