#include "base/units.h"

#include <array>
#include <cmath>
#include <cstdio>

namespace leak::scan {

namespace {

template <class... Args>
std::string print(const char* format, Args... args) {
  std::array<char, 64> text{};
  const int length = std::snprintf(text.data(), text.size(), format, args...);
  return std::string(text.data(), static_cast<std::size_t>(length));
}

std::string scaled(double bytes) {
  static constexpr std::array<const char*, 6> kUnits = {"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  std::size_t unit = 0;
  double value = bytes / 1024;
  // 1023.95 would print as 1024.0: step up before rounding does.
  while (value >= 1023.95 && unit + 1 < kUnits.size()) {
    value /= 1024;
    ++unit;
  }
  return print("%.1f %s", value, kUnits[unit]);
}

}  // namespace

std::string format_bytes(std::uint64_t bytes) {
  if (bytes < 1024) return print("%llu B", static_cast<unsigned long long>(bytes));
  return scaled(static_cast<double>(bytes));
}

std::string format_count(std::uint64_t count) {
  std::string digits = std::to_string(count);
  for (std::size_t from_right = 3; from_right < digits.size(); from_right += 4) {
    digits.insert(digits.size() - from_right, 1, ',');
  }
  return digits;
}

std::string format_blocks(std::uint64_t blocks) {
  return format_count(blocks) + (blocks == 1 ? " block" : " blocks");
}

std::string format_heap(std::uint64_t bytes, std::uint64_t blocks) {
  return format_bytes(bytes) + " in " + format_blocks(blocks);
}

std::string format_duration(std::uint64_t time_ns) {
  const double seconds = static_cast<double>(time_ns) / 1e9;
  if (time_ns < 1'000'000) return print("%llu us", static_cast<unsigned long long>(time_ns / 1000));
  if (time_ns < 1'000'000'000) return print("%.1f ms", seconds * 1e3);
  if (seconds < 60) return print("%.2f s", seconds);
  const unsigned long long whole = static_cast<unsigned long long>(seconds);
  if (whole < 3600) return print("%llum %02llus", whole / 60, whole % 60);
  constexpr unsigned long long kDay = 86'400;
  if (whole < 2 * kDay) return print("%lluh %02llum", whole / 3600, whole % 3600 / 60);
  return print("%llud %02lluh", whole / kDay, whole % kDay / 3600);
}

std::string format_bytes_per_second(double rate) {
  const double magnitude = std::fabs(rate);
  const std::string text = magnitude < 1024 ? print("%.0f B", magnitude) : scaled(magnitude);
  return (rate < 0 ? "-" : "+") + text + "/s";
}

std::optional<double> bytes_of_unit(std::string_view unit) {
  static constexpr std::string_view kPrefixes = "KMGT";
  if (unit == "B") return 1;
  if (unit.empty()) return std::nullopt;
  const std::size_t power = kPrefixes.find(unit.front() == 'k' ? 'K' : unit.front());
  const std::string_view rest = unit.substr(1);
  if (power == std::string_view::npos || (!rest.empty() && rest != "B" && rest != "iB")) return std::nullopt;
  return static_cast<double>(std::uint64_t{1} << 10 * (power + 1));
}

}  // namespace leak::scan
