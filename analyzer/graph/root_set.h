// Which roots count: by kind, so that a user can ask what is reachable from globals alone.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "trace_format/heap_graph.h"

namespace leak::scan {

class RootSet {
 public:
  static RootSet all() { return RootSet(~std::uint32_t{0}); }

  // "globals,stacks": the kinds named; nullopt when a name is unknown, or none is given.
  static std::optional<RootSet> named(std::string_view list);

  // What the user's own word keeps alive counts in any set, and so do kinds unknown to this program.
  bool contains(trace::RootKind kind) const {
    const auto bit = static_cast<std::uint32_t>(kind);
    return bit >= 32 || kind == trace::RootKind::kPinned || (bits_ >> bit & 1) != 0;
  }
  bool operator==(const RootSet&) const = default;

 private:
  explicit RootSet(std::uint32_t bits) : bits_(bits) {}
  std::uint32_t bits_;
};

inline constexpr std::string_view kRootNames = "globals, stacks, registers, tls, kernel, mappings";

}  // namespace leak::scan
