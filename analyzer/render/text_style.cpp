#include "render/text_style.h"

#include <algorithm>

#include "base/units.h"

namespace leak::scan {

namespace {

constexpr std::size_t kLongName = 56;

bool is_continuation_byte(char c) { return (static_cast<unsigned char>(c) & 0xc0U) == 0x80U; }

// Columns that UTF-8 text takes, one for each character.
std::size_t columns_of(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return !is_continuation_byte(c); }));
}

std::string_view first_columns(std::string_view text, std::size_t columns) {
  std::size_t end = 0;
  for (std::size_t seen = 0; end != text.size(); ++end) {
    if (!is_continuation_byte(text[end]) && seen++ == columns) break;
  }
  return text.substr(0, end);
}

std::string without_control_characters(std::string_view text) {
  std::string printable(text);
  std::replace_if(
      printable.begin(), printable.end(),
      [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, '?');
  return printable;
}

}  // namespace

std::string TextStyle::ink(std::string_view text, Ink colour) const {
  const std::string plain(text);
  if (!options_.colours || plain.empty()) return plain;
  switch (colour) {
    case Ink::kPlain:
      return plain;
    case Ink::kBold:
      return "\x1b[1m" + plain + "\x1b[0m";
    case Ink::kDim:
      return "\x1b[2m" + plain + "\x1b[0m";
    case Ink::kGreen:
      return "\x1b[1;32m" + plain + "\x1b[0m";
    case Ink::kYellow:
      return "\x1b[1;33m" + plain + "\x1b[0m";
    case Ink::kRed:
      return "\x1b[1;31m" + plain + "\x1b[0m";
  }
  return plain;
}

std::string TextStyle::fit(std::string_view text, std::size_t indent) const {
  std::string printable = without_control_characters(text);
  constexpr std::size_t kLeastRoom = 20;
  const std::size_t room = std::max(options_.width, indent + kLeastRoom) - indent;
  if (options_.width == 0 || columns_of(printable) <= room) return printable;
  return std::string(first_columns(printable, room - 3)) + "...";
}

std::string TextStyle::wrap(std::string_view text, std::size_t indent) const {
  return std::string(indent, ' ') + wrap_behind(text, indent);
}

std::string TextStyle::wrap_behind(std::string_view text, std::size_t indent) const {
  const std::string blanks(indent, ' ');
  std::string result;
  std::size_t column = indent;
  std::string_view rest = text;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find(' '), rest.size());
    const std::string word = without_control_characters(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (column != indent && options_.width != 0 && column + 1 + columns_of(word) > options_.width) {
      result += "\n" + blanks;
      column = indent;
    }
    if (column != indent) {
      result += ' ';
      ++column;
    }
    result += word;
    column += columns_of(word);
  }
  return result;
}

std::string bytes_with_error(std::uint64_t bytes, std::uint64_t error) {
  return error == 0 ? format_bytes(bytes) : format_bytes(bytes) + " ± " + format_bytes(error);
}

std::string FigureTable::line(const std::vector<std::string>& cells) const {
  std::string text;
  for (std::size_t column = 0; column != cells.size(); ++column) {
    std::size_t width = headings_[column].size();
    for (const std::vector<std::string>& row : rows_) width = std::max(width, columns_of(row[column]));
    text += std::string(2 + width - columns_of(cells[column]), ' ') + cells[column];
  }
  return text;
}

std::string short_name(std::string_view function) {
  if (function.size() <= kLongName) return std::string(function);
  std::string folded;
  int depth = 0;
  for (std::size_t i = 0; i != function.size(); ++i) {
    const char c = function[i];
    const bool is_arrow = c == '>' && i != 0 && function[i - 1] == '-';
    const bool is_operator =
        folded.ends_with("operator") || folded.ends_with("operator<") || folded.ends_with("operator>");
    if (c == '<' && !is_operator && depth++ == 0) folded += "<...>";
    if (depth == 0) folded += c;
    if (c == '>' && !is_operator && !is_arrow && depth > 0) --depth;
  }
  return folded;
}

}  // namespace leak::scan
