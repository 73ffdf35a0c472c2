#include "scan/proc_file.h"

#include <fcntl.h>

#include <cstring>

#include "sys/syscalls.h"

namespace leak::hook {

bool read_proc_file(const char* path, GrowingArray<char>& text) noexcept {
  text.set_size(0);
  const long file = sys::raw_syscall(SYS_openat, AT_FDCWD, sys::as_arg(path), O_RDONLY | O_CLOEXEC, 0);
  if (file < 0) return false;
  constexpr std::size_t kRoom = std::size_t{256} << 10;
  long got = 0;
  do {
    if (text.capacity() - text.size() < kRoom / 4 && !text.reserve_more(kRoom)) {
      got = -1;
      break;
    }
    got = sys::read_some(static_cast<int>(file), text.data() + text.size(), text.capacity() - text.size());
    if (got > 0) text.set_size(text.size() + static_cast<std::size_t>(got));
  } while (got > 0);
  sys::raw_syscall(SYS_close, file);
  return got == 0;
}

bool TextCursor::find_on_line(const char* word) noexcept {
  const std::size_t length = std::strlen(word);
  for (; at != end && *at != '\n'; ++at) {
    if (static_cast<std::size_t>(end - at) >= length && std::memcmp(at, word, length) == 0) {
      at += length;
      return true;
    }
  }
  return false;
}

bool TextCursor::next_line() noexcept {
  while (at != end && *at != '\n') ++at;
  if (at != end) ++at;
  return at != end;
}

}  // namespace leak::hook
