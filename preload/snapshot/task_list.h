// The threads of a process as the kernel lists them, without libc.
#pragma once

#include <fcntl.h>

#include <cstdint>
#include <cstring>

#include "sys/syscalls.h"
#include "sys/text.h"

namespace leak::hook {

namespace task_list {

struct Entry {  // linux_dirent64
  std::uint64_t inode;
  std::int64_t offset;
  std::uint16_t bytes;
  std::uint8_t type;
  char name[1];
};

// -1: not a number.
inline int thread_id(const char* name) noexcept {
  int number = 0;
  if (*name == '\0') return -1;
  for (; *name != '\0'; ++name) {
    if (*name < '0' || *name > '9') return -1;
    number = number * 10 + (*name - '0');
  }
  return number;
}

}  // namespace task_list

// f(tid) for each thread of process `pid`. False: the list cannot be read.
template <class F>
bool for_each_task(int pid, F&& f) noexcept {
  sys::Text<64> path;
  path.add("/proc/").add_number(static_cast<std::uint64_t>(pid)).add("/task");
  const long directory =
      sys::raw_syscall(SYS_openat, AT_FDCWD, sys::as_arg(path.c_str()), O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
  if (directory < 0) return false;
  alignas(8) char buffer[8192];
  long got = 0;
  while ((got = sys::raw_syscall(SYS_getdents64, directory, sys::as_arg(buffer), sizeof(buffer))) > 0) {
    for (long at = 0; at < got;) {
      const auto* entry = reinterpret_cast<const task_list::Entry*>(buffer + at);
      at += entry->bytes;
      const int tid = task_list::thread_id(entry->name);
      if (tid > 0) f(tid);
    }
  }
  sys::raw_syscall(SYS_close, directory);
  return got == 0;
}

}  // namespace leak::hook
