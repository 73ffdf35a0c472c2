// Text in fixed memory: enough of snprintf for file names, /proc paths and one line on stderr.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace leak::sys {

// Appends until full; text that does not fit is cut off and remembered. Always zero-terminated.
template <std::size_t kCapacity>
class Text {
 public:
  Text& add(const char* text) noexcept { return add(text, std::strlen(text)); }
  Text& add(const char* text, std::size_t length) noexcept {
    const std::size_t room = kCapacity - 1 - length_;
    if (length > room) {
      cut_ = true;
      length = room;
    }
    std::memcpy(bytes_ + length_, text, length);
    length_ += length;
    bytes_[length_] = '\0';
    return *this;
  }
  Text& add_number(std::uint64_t number) noexcept {
    char digits[20];
    std::size_t at = sizeof(digits);
    do {
      digits[--at] = static_cast<char>('0' + number % 10);
      number /= 10;
    } while (number != 0);
    return add(digits + at, sizeof(digits) - at);
  }
  void clear() noexcept {
    length_ = 0;
    cut_ = false;
    bytes_[0] = '\0';
  }
  void shorten(std::size_t length) noexcept {
    if (length >= length_) return;
    length_ = length;
    bytes_[length] = '\0';
  }
  const char* c_str() const noexcept { return bytes_; }
  std::size_t size() const noexcept { return length_; }
  bool was_cut() const noexcept { return cut_; }

 private:
  std::size_t length_ = 0;
  bool cut_ = false;
  char bytes_[kCapacity] = {};
};

using PathText = Text<4096>;

}  // namespace leak::sys
