#include "cli/durations.h"

#include <array>
#include <charconv>
#include <utility>

namespace leak::scan {

std::optional<std::uint64_t> parse_duration(std::string_view text) {
  static constexpr std::array<std::pair<std::string_view, double>, 8> kUnits = {
      {{"", 1e9}, {"ns", 1}, {"us", 1e3}, {"ms", 1e6}, {"s", 1e9}, {"m", 60e9}, {"h", 3600e9}, {"d", 86400e9}}};
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || !(number >= 0)) return std::nullopt;
  const std::string_view suffix = text.substr(static_cast<std::size_t>(end - text.data()));
  for (const auto& [unit, nanoseconds] : kUnits) {
    constexpr double kLongest = 1e18;  // thirty years
    if (suffix == unit && number * nanoseconds <= kLongest) {
      return static_cast<std::uint64_t>(number * nanoseconds + 0.5);
    }
  }
  return std::nullopt;
}

}  // namespace leak::scan
