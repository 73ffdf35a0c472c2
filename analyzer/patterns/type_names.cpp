#include "patterns/type_names.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

namespace leak::scan {

namespace {

constexpr unsigned kDeepest = 32;  // names are input: what nests deeper stays as it is

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

// How many arguments of a template say something; the others are its defaults nearly always.
std::size_t telling_arguments(std::string_view head) {
  static constexpr std::array<std::pair<std::string_view, std::size_t>, 16> kKnown = {{
      {"std::vector", 1},
      {"std::list", 1},
      {"std::deque", 1},
      {"std::forward_list", 1},
      {"std::set", 1},
      {"std::multiset", 1},
      {"std::unordered_set", 1},
      {"std::unordered_multiset", 1},
      {"std::unique_ptr", 1},
      {"std::shared_ptr", 1},
      {"std::map", 2},
      {"std::multimap", 2},
      {"std::unordered_map", 2},
      {"std::unordered_multimap", 2},
      {"std::basic_string", 1},
      {"std::basic_string_view", 1},
  }};
  for (const auto& [name, count] : kKnown) {
    if (head == name) return count;
  }
  return static_cast<std::size_t>(-1);
}

std::string without_inline_namespaces(std::string_view name) {
  std::string plain(name);
  for (const std::string_view part : {"__cxx11::", "__1::"}) {
    for (std::size_t at = plain.find(part); at != std::string::npos; at = plain.find(part, at)) {
      plain.erase(at, part.size());
    }
  }
  return plain;
}

std::string plain_at(std::string_view type, unsigned depth) {
  const TemplateName name = take_apart(type);
  if (name.arguments.empty() || depth == kDeepest) return without_inline_namespaces(type);
  std::string plain = without_inline_namespaces(name.head);
  const std::size_t count = std::min(name.arguments.size(), telling_arguments(plain));
  if (plain == "std::basic_string" && name.arguments.front() == "char") {
    plain = "std::string";
  } else if (plain == "std::basic_string_view" && name.arguments.front() == "char") {
    plain = "std::string_view";
  } else {
    plain += '<';
    for (std::size_t i = 0; i != count; ++i) {
      plain.append(i == 0 ? "" : ", ").append(plain_at(name.arguments[i], depth + 1));
    }
    plain += '>';
  }
  return name.rest.empty() ? plain : plain + plain_at(name.rest, depth + 1);
}

}  // namespace

TemplateName take_apart(std::string_view name) {
  TemplateName parts;
  const std::size_t open = name.find('<');
  parts.head = name.substr(0, open);
  if (open == std::string_view::npos || parts.head.ends_with("operator")) return {name, {}, {}};
  int depth = 0;
  std::size_t begin = open + 1;
  for (std::size_t i = open; i != name.size(); ++i) {
    const char c = name[i];
    const bool is_arrow = c == '>' && i != 0 && name[i - 1] == '-';
    if (c == '<' || c == '(' || c == '{' || c == '[') ++depth;
    if ((c == '>' && !is_arrow) || c == ')' || c == '}' || c == ']') --depth;
    if (c == ',' && depth == 1) {
      parts.arguments.push_back(trimmed(name.substr(begin, i - begin)));
      begin = i + 1;
    } else if (depth == 0) {
      parts.arguments.push_back(trimmed(name.substr(begin, i - begin)));
      parts.rest = name.substr(i + 1);
      return parts;
    }
  }
  return {name, {}, {}};  // cut short
}

std::string plain_type(std::string_view type) { return plain_at(trimmed(type), 0); }

}  // namespace leak::scan
