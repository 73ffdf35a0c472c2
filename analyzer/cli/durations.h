// Times on the command line.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace leak::scan {

// "1.5s", "200ms", "30us", "2m", "1h", "7d"; a bare number is seconds. nullopt: not a time.
std::optional<std::uint64_t> parse_duration(std::string_view text);

}  // namespace leak::scan
