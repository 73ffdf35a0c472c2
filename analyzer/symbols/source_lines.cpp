#include "symbols/source_lines.h"

#include <sys/stat.h>

#include <algorithm>
#include <fstream>

namespace leak::scan {

namespace {

constexpr std::uint32_t kAround = 3;  // lines before and after
constexpr std::size_t kLongestLine = 160;
constexpr std::size_t kTab = 4;
constexpr std::int64_t kLargestFile = 16 << 20;

// A pipe or a device would be read for ever.
bool is_worth_reading(const std::string& path, std::uint64_t recorded_unix_ns) {
  struct stat status{};
  if (stat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode) || status.st_size > kLargestFile) return false;
  const std::uint64_t changed_ns = static_cast<std::uint64_t>(status.st_mtim.tv_sec) * 1'000'000'000 +
                                   static_cast<std::uint64_t>(status.st_mtim.tv_nsec);
  return recorded_unix_ns == 0 || changed_ns <= recorded_unix_ns;
}

bool continues_character(char byte) { return (static_cast<unsigned char>(byte) & 0xc0) == 0x80; }

std::string shown(const std::string& line) {
  std::string text;
  for (const char c : line) {
    if (c == '\t') {
      text.append(kTab - text.size() % kTab, ' ');
    } else if (static_cast<unsigned char>(c) >= ' ') {
      text += c;
    }
    if (text.size() > kLongestLine) {
      while (text.size() > kLongestLine || continues_character(text.back())) text.pop_back();
      if (static_cast<unsigned char>(text.back()) >= 0xc0) text.pop_back();
      return text + "...";
    }
  }
  return text;
}

}  // namespace

std::optional<SourceLines> read_source_lines(const std::string& path, std::uint32_t line,
                                             std::uint64_t recorded_unix_ns) {
  if (line == 0 || !is_worth_reading(path, recorded_unix_ns)) return std::nullopt;
  std::ifstream file(path, std::ios::binary);
  SourceLines found;
  found.first_line = line > kAround ? line - kAround : 1;
  std::string text;
  for (std::uint32_t number = 1; number <= line + kAround && std::getline(file, text); ++number) {
    if (number >= found.first_line) found.lines.push_back(shown(text));
  }
  if (found.first_line + found.lines.size() <= line) return std::nullopt;
  return found;
}

}  // namespace leak::scan
