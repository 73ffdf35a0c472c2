#include "process/memory_limit.h"

#include <cstring>

#include "sys/small_file.h"
#include "sys/text.h"

namespace leak::hook {

namespace {

// Version 1 says "no limit" with the largest multiple of a page; nothing near it is one either.
constexpr std::uint64_t kUnlimited = std::uint64_t{1} << 60;

struct Hierarchy {
  const char* mount;
  const char* file;
};
constexpr Hierarchy kVersion1 = {"/sys/fs/cgroup/memory", "/memory.limit_in_bytes"};
constexpr Hierarchy kVersion2 = {"/sys/fs/cgroup", "/memory.max"};
constexpr Hierarchy kHybrid2 = {"/sys/fs/cgroup/unified", "/memory.max"};

std::uint64_t limit_in(const char* path) noexcept {
  char text[32] = {};
  if (sys::read_small_file(path, text, sizeof(text) - 1) == 0) return 0;
  std::uint64_t limit = 0;
  for (const char* at = text; *at >= '0' && *at <= '9'; ++at) {
    if (limit >= kUnlimited) return 0;
    limit = limit * 10 + static_cast<std::uint64_t>(*at - '0');
  }
  return limit < kUnlimited ? limit : 0;  // "max" is no digit
}

void tighten(std::uint64_t& limit, std::uint64_t other) noexcept {
  if (other != 0 && (limit == 0 || other < limit)) limit = other;
}

// A container sees the path that its group has outside, below a mount that begins with that group: then only
// the top of the walk exists, which is right.
void walk_up(const char* root, const Hierarchy& hierarchy, const char* group, std::size_t length,
             std::uint64_t& limit) noexcept {
  sys::PathText path;
  path.add(root).add(hierarchy.mount);
  const std::size_t top = path.size();
  const bool is_outside = length >= 3 && std::memcmp(group, "/..", 3) == 0;
  if (!is_outside) path.add(group, length);
  for (;;) {
    const std::size_t directory = path.size();
    path.add(hierarchy.file);
    if (!path.was_cut()) tighten(limit, limit_in(path.c_str()));
    if (directory <= top) return;
    std::size_t end = directory;
    while (end > top && path.c_str()[end - 1] != '/') --end;
    path.shorten(end > top ? end - 1 : top);
  }
}

const char* find(const char* at, const char* end, char c) noexcept {
  return static_cast<const char*>(std::memchr(at, c, static_cast<std::size_t>(end - at)));
}

// Of "cpu,memory": true for "memory".
bool has_controller(const char* list, const char* end, const char* name) noexcept {
  const std::size_t length = std::strlen(name);
  while (list < end) {
    const char* const comma = find(list, end, ',');
    const char* const stop = comma == nullptr ? end : comma;
    if (static_cast<std::size_t>(stop - list) == length && std::memcmp(list, name, length) == 0) return true;
    list = stop + 1;
  }
  return false;
}

}  // namespace

// Lines are "number:controllers:group"; version 2 has number 0 and no controllers.
std::uint64_t read_memory_limit(const char* root) noexcept {
  sys::PathText path;
  path.add(root).add("/proc/self/cgroup");
  char text[4096];
  const char* at = text;
  const char* const end = text + sys::read_small_file(path.c_str(), text, sizeof(text));
  std::uint64_t limit = 0;
  while (at < end) {
    const char* const newline = find(at, end, '\n');
    const char* const line_end = newline == nullptr ? end : newline;
    const char* const controllers = find(at, line_end, ':');
    const char* const group = controllers == nullptr ? nullptr : find(controllers + 1, line_end, ':');
    if (group != nullptr) {
      const auto length = static_cast<std::size_t>(line_end - group - 1);
      if (group == controllers + 1) {
        walk_up(root, kVersion2, group + 1, length, limit);
        walk_up(root, kHybrid2, group + 1, length, limit);
      } else if (has_controller(controllers + 1, group, "memory")) {
        walk_up(root, kVersion1, group + 1, length, limit);
      }
    }
    at = line_end + 1;
  }
  return limit;
}

}  // namespace leak::hook
