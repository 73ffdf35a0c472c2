#include "cli/sizes.h"

#include <charconv>

#include "base/units.h"

namespace leak::scan {

std::optional<std::uint64_t> parse_size(std::string_view text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || !(number >= 0)) return std::nullopt;
  const std::string_view unit = text.substr(static_cast<std::size_t>(end - text.data()));
  const std::optional<double> bytes = unit.empty() ? 1.0 : bytes_of_unit(unit);
  constexpr double kMost = 1e18;
  if (!bytes || number * *bytes > kMost) return std::nullopt;
  return static_cast<std::uint64_t>(number * *bytes + 0.5);
}

}  // namespace leak::scan
