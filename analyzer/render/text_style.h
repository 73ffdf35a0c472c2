// How the text report looks on a terminal: colours, columns, lines that fit.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace leak::scan {

inline constexpr std::size_t kParagraphIndent = 2;  // blanks before the lines of a paragraph, for wrap()

enum class Ink { kPlain, kBold, kDim, kGreen, kYellow, kRed };

struct TextOptions {
  bool colours = false;
  std::size_t width = 100;  // columns; 0: lines are never cut
  std::size_t rows = 10;    // of each table
};

class TextStyle {
 public:
  explicit TextStyle(const TextOptions& options) : options_(options) {}

  std::string ink(std::string_view text, Ink colour) const;

  // Control characters replaced, cut at `room` columns with "..." (counting from the start of the line).
  std::string fit(std::string_view text, std::size_t indent) const;

  // Words broken into lines that start with `indent` blanks (the first line too).
  std::string wrap(std::string_view text, std::size_t indent) const;
  // The same behind something that takes the `indent` columns of the first line.
  std::string wrap_behind(std::string_view text, std::size_t indent) const;

  std::size_t rows() const { return options_.rows; }

 private:
  TextOptions options_;
};

// "1.5 MiB ± 0.2 MiB"; without an error just the bytes.
std::string bytes_with_error(std::uint64_t bytes, std::uint64_t error);

// Right-aligned figures; the widths are those of the widest cell and heading.
class FigureTable {
 public:
  explicit FigureTable(std::vector<std::string> headings) : headings_(std::move(headings)) {}
  void add(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }

  std::size_t size() const { return rows_.size(); }
  std::string heading() const { return line(headings_); }
  std::string row(std::size_t index) const { return line(rows_[index]); }

 private:
  std::string line(const std::vector<std::string>& cells) const;

  std::vector<std::string> headings_;
  std::vector<std::vector<std::string>> rows_;
};

// Long template arguments folded: "Map<Key, std::vector<Value>>::insert" -> "Map<...>::insert".
std::string short_name(std::string_view function);

}  // namespace leak::scan
