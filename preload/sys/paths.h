// Paths that still mean the same when the program has changed its directory.
#pragma once

#include "sys/syscalls.h"
#include "sys/text.h"

namespace leak::sys {

// `path` becomes `name`, behind the working directory unless it is absolute.
inline void make_absolute(const char* name, PathText& path) noexcept {
  path.clear();
  if (name[0] != '/') {
    char directory[4096];
    const long length = raw_syscall(SYS_getcwd, as_arg(directory), static_cast<long>(sizeof(directory)));
    if (length > 1) path.add(directory, static_cast<std::size_t>(length - 1));
    if (length > 2) path.add("/");
  }
  path.add(name);
}

// The program's own file.
inline void executable_path(PathText& path) noexcept {
  char target[4096];
  const long length =
      raw_syscall(SYS_readlink, as_arg("/proc/self/exe"), as_arg(target), static_cast<long>(sizeof(target)));
  path.clear();
  if (length > 0) path.add(target, static_cast<std::size_t>(length));
}

}  // namespace leak::sys
