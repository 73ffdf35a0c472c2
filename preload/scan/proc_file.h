// Files of /proc: reading one whole, and picking numbers out of its text.
#pragma once

#include <cstdint>

#include "scan/growing_array.h"

namespace leak::hook {

// Replaces `text` by the file's content. False when it cannot be opened or there is no memory.
bool read_proc_file(const char* path, GrowingArray<char>& text) noexcept;

// Reads forward in text; stays at `end` once it is there.
struct TextCursor {
  const char* at;
  const char* end;

  std::uint64_t hex() noexcept {
    std::uint64_t value = 0;
    for (; at != end; ++at) {
      const char c = *at;
      if (c >= '0' && c <= '9') {
        value = value << 4 | static_cast<std::uint64_t>(c - '0');
      } else if (c >= 'a' && c <= 'f') {
        value = value << 4 | static_cast<std::uint64_t>(c - 'a' + 10);
      } else {
        break;
      }
    }
    return value;
  }
  std::uint64_t decimal() noexcept {
    std::uint64_t value = 0;
    for (; at != end && *at >= '0' && *at <= '9'; ++at)
      value = value * 10 + static_cast<std::uint64_t>(*at - '0');
    return value;
  }
  void skip(char c) noexcept {
    if (at != end && *at == c) ++at;
  }
  void skip_spaces() noexcept {
    while (at != end && (*at == ' ' || *at == '\t')) ++at;
  }
  // Past the word and the spaces after it.
  void skip_word() noexcept {
    while (at != end && *at != ' ' && *at != '\n') ++at;
    skip_spaces();
  }
  // Past the next occurrence of `word` on this line; false, at the line's end, when there is none.
  bool find_on_line(const char* word) noexcept;
  // Past the line's end; false at the end of the text.
  bool next_line() noexcept;
};

}  // namespace leak::hook
