#include "suppress/suppressions.h"

namespace leak::scan {

bool matches_glob(std::string_view pattern, std::string_view text) {
  // Greedy with one point of return: after a star only the latest one can matter.
  std::size_t p = 0;
  std::size_t t = 0;
  std::size_t star = std::string_view::npos;
  std::size_t resume = 0;
  while (t != text.size()) {
    if (p != pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = t;
    } else if (p != pattern.size() && (pattern[p] == '?' || pattern[p] == text[t])) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  while (p != pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

namespace {

// As matches_glob, but "?" is no wildcard.
bool matches_stars(std::string_view pattern, std::string_view text) {
  std::size_t at = 0;
  bool first = true;
  while (true) {
    const std::size_t star = pattern.find('*');
    const std::string_view piece = pattern.substr(0, star);
    const bool last = star == std::string_view::npos;
    if (first) {
      if (!text.starts_with(piece)) return false;
      if (last) return text.size() == piece.size();
      at = piece.size();
    } else if (last) {
      return text.size() - at >= piece.size() && text.ends_with(piece);
    } else {
      const std::size_t found = text.find(piece, at);
      if (found == std::string_view::npos) return false;
      at = found + piece.size();
    }
    pattern.remove_prefix(star + 1);
    first = false;
  }
}

}  // namespace

bool matches_floating(std::string_view pattern, std::string_view text) {
  std::string whole;
  if (pattern.starts_with('^')) {
    pattern.remove_prefix(1);
  } else {
    whole = "*";
  }
  const bool bound = pattern.ends_with('$');
  if (bound) pattern.remove_suffix(1);
  whole += pattern;
  if (!bound) whole += '*';
  return matches_stars(whole, text);
}

}  // namespace leak::scan
