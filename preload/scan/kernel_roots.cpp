#include "scan/kernel_roots.h"

#include <dirent.h>
#include <fcntl.h>

#include <cstring>
#include <span>

#include "scan/proc_file.h"
#include "sys/syscalls.h"
#include "sys/text.h"

namespace leak::hook {

namespace {

using PathText = sys::Text<128>;
using trace::RootKind;

PathText proc_path(int pid, const char* rest) noexcept {
  PathText path;
  path.add("/proc/").add_number(static_cast<std::uint64_t>(pid)).add(rest);
  return path;
}

bool is_epoll(int directory, const char* name) noexcept {
  constexpr char kEpoll[] = "anon_inode:[eventpoll]";
  char target[sizeof(kEpoll)] = {};
  const long length =
      sys::raw_syscall(SYS_readlinkat, directory, sys::as_arg(name), sys::as_arg(target), sizeof(target));
  return length == sizeof(kEpoll) - 1 && std::memcmp(target, kEpoll, sizeof(kEpoll) - 1) == 0;
}

// tfd:        5 events:       19 data:     55d0c8f3e2a0  pos:0 ino:1a sdev:9
void add_epoll(int pid, const char* descriptor, GrowingArray<char>& text, RootTable& roots) noexcept {
  PathText path = proc_path(pid, "/fdinfo/");
  path.add(descriptor);
  if (!read_proc_file(path.c_str(), text) || text.empty()) return;
  TextCursor number{descriptor, descriptor + std::strlen(descriptor)};
  const std::uint32_t epoll = static_cast<std::uint32_t>(number.decimal());
  TextCursor cursor{text.begin(), text.end()};
  do {
    if (!cursor.find_on_line("tfd:")) continue;
    cursor.skip_spaces();
    const std::uint64_t watched = cursor.decimal();
    if (!cursor.find_on_line("data:")) continue;
    cursor.skip_spaces();
    roots.add_value(RootKind::kEpoll, epoll, watched, cursor.hex());
  } while (cursor.next_line());
}

// False: the directory cannot be read.
bool add_epolls(int pid, RootTable& roots) noexcept {
  const long directory = sys::raw_syscall(SYS_openat, AT_FDCWD, sys::as_arg(proc_path(pid, "/fd").c_str()),
                                          O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
  if (directory < 0) return false;
  alignas(dirent64) char entries[4096];
  GrowingArray<char> text;
  long got = 0;
  while ((got = sys::raw_syscall(SYS_getdents64, directory, sys::as_arg(entries), sizeof(entries))) > 0) {
    for (long at = 0; at < got;) {
      const auto* const entry = reinterpret_cast<const dirent64*>(entries + at);
      if (is_epoll(static_cast<int>(directory), entry->d_name)) add_epoll(pid, entry->d_name, text, roots);
      at += entry->d_reclen;
    }
  }
  sys::raw_syscall(SYS_close, directory);
  return got == 0;
}

// ID: 0
// signal: 60/00007fff86e452a8
void add_timers(int pid, RootTable& roots) noexcept {
  GrowingArray<char> text;
  // Not there in kernels without checkpoint support.
  if (!read_proc_file(proc_path(pid, "/timers").c_str(), text) || text.empty()) return;
  TextCursor cursor{text.begin(), text.end()};
  std::uint32_t timer = 0;
  do {
    TextCursor line = cursor;
    if (line.find_on_line("ID: ") && line.at == cursor.at + 4)
      timer = static_cast<std::uint32_t>(line.decimal());
    line = cursor;
    if (!line.find_on_line("signal: ")) continue;
    line.decimal();
    line.skip('/');
    roots.add_value(RootKind::kTimer, timer, timer, line.hex());
  } while (cursor.next_line());
}

}  // namespace

std::uint32_t add_kernel_roots(int pid, const MemoryMap& map, RootTable& roots) noexcept {
  const bool listed = add_epolls(pid, roots);
  add_timers(pid, roots);
  for (const Mapping& mapping : std::span(map.begin(), map.end())) {
    if (mapping.kind == MappingKind::kIoUring) roots.add_memory(RootKind::kIoUring, 0, mapping.range());
  }
  return listed ? 0 : trace::kProblemKernelTables;
}

}  // namespace leak::hook
