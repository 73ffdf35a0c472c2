// Sizes on the command line.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace leak::scan {

// "2G", "512MB", "1.5GiB", "64k"; powers of 1024, a bare number is bytes. nullopt: not a size.
std::optional<std::uint64_t> parse_size(std::string_view text);

}  // namespace leak::scan
