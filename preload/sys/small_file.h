// Whole small files, of /proc and /sys: for the writer thread, whose descriptors nobody sees.
#pragma once

#include <cstddef>

namespace leak::sys {

// Returns the number of bytes read: 0 when there is no such file, `capacity` when it may have more.
std::size_t read_small_file(const char* path, char* out, std::size_t capacity) noexcept;

}  // namespace leak::sys
