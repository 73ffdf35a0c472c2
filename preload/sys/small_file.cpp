#include "sys/small_file.h"

#include <fcntl.h>

#include "sys/syscalls.h"

namespace leak::sys {

std::size_t read_small_file(const char* path, char* out, std::size_t capacity) noexcept {
  const long descriptor = raw_syscall(SYS_openat, AT_FDCWD, as_arg(path), O_RDONLY | O_CLOEXEC, 0);
  if (descriptor < 0) return 0;
  std::size_t length = 0;
  while (length < capacity) {
    const long got = read_some(static_cast<int>(descriptor), out + length, capacity - length);
    if (got <= 0) break;
    length += static_cast<std::size_t>(got);
  }
  raw_syscall(SYS_close, descriptor);
  return length;
}

}  // namespace leak::sys
