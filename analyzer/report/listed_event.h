// One event as `leakscan dump` shows it: plain data.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace leak::scan {

struct ListedEvent {
  std::uint64_t time_ns = 0;
  std::uint32_t tid = 0;
  std::string_view operation;  // "malloc", "operator new[]", ...
  std::uint64_t address = 0;
  std::optional<std::uint64_t> size;         // absent for frees
  std::optional<std::uint64_t> old_address;  // resize, mremap, brk
  std::vector<std::string> stack;            // leaf first; empty when none was recorded or asked for
};

}  // namespace leak::scan
