#include "symbols/demangle.h"

#include <cxxabi.h>

#include <array>
#include <cctype>
#include <cstdlib>
#include <memory>
#include <utility>

namespace leak::scan {

namespace {

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
}

// One past the '>' that closes the '<' at `open`; npos when unbalanced.
std::size_t end_of_template(std::string_view text, std::size_t open) {
  int depth = 0;
  for (std::size_t i = open; i < text.size(); ++i) {
    if (text[i] == '<') ++depth;
    if (text[i] == '>' && --depth == 0) return i + 1;
  }
  return std::string_view::npos;
}

// Drops ", std::allocator<...>" and the like where they are the last template argument or followed by
// another.
void drop_default_argument(std::string& text, std::string_view argument) {
  const std::string start = ", " + std::string(argument) + "<";
  for (std::size_t at = text.find(start); at != std::string::npos; at = text.find(start, at)) {
    std::size_t end = end_of_template(text, at + start.size() - 1);
    if (end == std::string::npos) return;
    if (text.compare(end, 2, " >") == 0) ++end;
    const bool whole = end < text.size() && (text[end] == '>' || text[end] == ',');
    if (whole) {
      text.erase(at, end - at);
    } else {
      at += start.size();
    }
  }
}

// " [clone .part.0]": the compiler's business.
void drop_clone_suffix(std::string& name) {
  const std::size_t at = name.find(" [clone ");
  if (at != std::string::npos) name.resize(at);
}

// Rust's legacy names end in "::h" and 16 hex digits; returns false for any other name.
bool drop_rust_hash(std::string& name) {
  constexpr std::size_t kHashBytes = 19;
  if (name.size() <= kHashBytes || name.compare(name.size() - kHashBytes, 3, "::h") != 0) return false;
  for (std::size_t i = name.size() - kHashBytes + 3; i != name.size(); ++i) {
    if (std::isxdigit(static_cast<unsigned char>(name[i])) == 0) return false;
  }
  name.resize(name.size() - kHashBytes);
  return true;
}

std::string unescape_rust(std::string name) {
  static constexpr std::array<std::pair<const char*, const char*>, 15> kEscapes = {{{"$LT$", "<"},
                                                                                    {"$GT$", ">"},
                                                                                    {"$RF$", "&"},
                                                                                    {"$BP$", "*"},
                                                                                    {"$C$", ","},
                                                                                    {"$SP$", "@"},
                                                                                    {"$LP$", "("},
                                                                                    {"$RP$", ")"},
                                                                                    {"$u20$", " "},
                                                                                    {"$u27$", "'"},
                                                                                    {"$u5b$", "["},
                                                                                    {"$u5d$", "]"},
                                                                                    {"$u7b$", "{"},
                                                                                    {"$u7d$", "}"},
                                                                                    {"..", "::"}}};
  for (const auto& [from, to] : kEscapes) replace_all(name, from, to);
  replace_all(name, "::_<", "::<");
  if (name.starts_with("_<")) name.erase(0, 1);
  return name;
}

}  // namespace

std::string simplify_type_names(std::string name) {
  replace_all(name, "[abi:cxx11]", "");
  replace_all(name, "std::__cxx11::", "std::");
  replace_all(name, "std::__1::", "std::");
  replace_all(name, "std::basic_string<char, std::char_traits<char>, std::allocator<char> >", "std::string");
  replace_all(name, "std::basic_string<char, std::char_traits<char>, std::allocator<char>>", "std::string");
  for (const char* argument : {"std::allocator", "std::default_delete", "std::less", "std::equal_to",
                               "std::hash", "std::char_traits"}) {
    drop_default_argument(name, argument);
  }
  replace_all(name, " >", ">");
  return name;
}

std::string demangle(const std::string& linker_name) {
  if (!linker_name.starts_with("_Z")) return linker_name;
  int status = 0;
  const std::unique_ptr<char, decltype(&std::free)> text(
      abi::__cxa_demangle(linker_name.c_str(), nullptr, nullptr, &status), &std::free);
  if (status != 0 || text == nullptr) return linker_name;
  std::string name = text.get();
  drop_clone_suffix(name);
  if (drop_rust_hash(name)) return unescape_rust(std::move(name));
  return simplify_type_names(std::move(name));
}

}  // namespace leak::scan
