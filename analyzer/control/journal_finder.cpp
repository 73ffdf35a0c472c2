#include "control/journal_finder.h"

#include <algorithm>
#include <charconv>

namespace leak::scan {

namespace {

std::string_view take_word(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
  const std::string_view word = text.substr(0, text.find_first_of(" \t"));
  text.remove_prefix(word.size());
  return word;
}

std::string_view take_line(std::string_view& text) {
  const std::string_view line = text.substr(0, text.find('\n'));
  text.remove_prefix(std::min(line.size() + 1, text.size()));
  return line;
}

}  // namespace

std::vector<std::string> journals_in_maps(std::string_view maps) {
  std::vector<std::string> found;
  while (!maps.empty()) {
    std::string_view line = take_line(maps);
    take_word(line);  // range
    const std::string_view rights = take_word(line);
    const std::string_view offset = take_word(line);
    take_word(line);  // device
    take_word(line);  // inode
    line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
    if (rights != "rw-s" || offset.find_first_not_of('0') != std::string_view::npos) continue;
    if (line.ends_with(".zst.journal")) found.emplace_back(line);
  }
  return found;
}

std::optional<int> inner_pid(std::string_view status) {
  while (!status.empty()) {
    std::string_view line = take_line(status);
    if (!line.starts_with("NSpid:")) continue;
    take_word(line);
    int pid = 0;
    std::string_view last;
    for (std::string_view word = take_word(line); !word.empty(); word = take_word(line)) last = word;
    const auto [end, error] = std::from_chars(last.data(), last.data() + last.size(), pid);
    if (error == std::errc{} && end == last.data() + last.size()) return pid;
  }
  return std::nullopt;
}

}  // namespace leak::scan
