#include "process/program_choice.h"

#include <cstddef>
#include <cstring>

namespace leak::hook {

namespace {

// Greedy with one point of return: after a star only the latest one can matter.
bool matches(const char* pattern, const char* pattern_end, const char* name) noexcept {
  const char* star = nullptr;
  const char* resume = nullptr;
  while (*name != '\0') {
    if (pattern != pattern_end && *pattern == '*') {
      star = pattern++;
      resume = name;
    } else if (pattern != pattern_end && (*pattern == '?' || *pattern == *name)) {
      ++pattern;
      ++name;
    } else if (star != nullptr) {
      pattern = star + 1;
      name = ++resume;
    } else {
      return false;
    }
  }
  while (pattern != pattern_end && *pattern == '*') ++pattern;
  return pattern == pattern_end;
}

}  // namespace

bool is_among_programs(const char* list, const char* name) noexcept {
  if (*list == '\0') return true;
  for (const char* at = list; *at != '\0';) {
    const std::size_t length = std::strcspn(at, ",");
    if (matches(at, at + length, name)) return true;
    at += length;
    if (*at == ',') ++at;
  }
  return false;
}

}  // namespace leak::hook
