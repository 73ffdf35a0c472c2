#include "report/system_frames.h"

#include <algorithm>
#include <array>
#include <string>

#include "base/text.h"

namespace leak::scan {

namespace {

template <std::size_t Count>
bool contains_any(std::string_view text, const std::array<std::string_view, Count>& parts) {
  return std::any_of(parts.begin(), parts.end(),
                     [text](std::string_view part) { return text.find(part) != std::string_view::npos; });
}

bool is_system_module(std::string_view path) {
  static constexpr std::array<std::string_view, 18> kNames = {
      "libc.so",      "libc-2.",     "ld-linux",    "ld-2.",       "libstdc++.so", "libc++.so",
      "libc++abi.so", "libgcc_s.so", "libpthread",  "libdl.so",    "libdl-2.",     "libm.so",
      "libleakhook",  "libjemalloc", "libtcmalloc", "libmimalloc", "linux-vdso",   "[vdso]"};
  return starts_with_any(base_name(path), kNames);
}

bool is_system_name(std::string_view name) {
  static constexpr std::array<std::string_view, 19> kPrefixes = {
      "std::",    "__gnu_cxx::", "operator new", "__rust_",       "__rdl_",      "__rg_",   "__libc_",
      "g_malloc", "g_realloc",   "g_try_malloc", "g_strdup",      "g_slice_",    "xmalloc", "xcalloc",
      "xrealloc", "xstrdup",     "xmemdup",      "__gnu_debug::", "__cxxabiv1::"};
  static constexpr std::array<std::string_view, 15> kWhole = {
      "malloc",  "calloc", "realloc", "reallocarray", "posix_memalign", "aligned_alloc", "memalign", "valloc",
      "pvalloc", "strdup", "strndup", "mmap",         "mremap",         "sbrk",          "_start"};
  const std::string_view symbol = name.substr(0, name.find('+'));
  return starts_with_any(name, kPrefixes) || std::find(kWhole.begin(), kWhole.end(), symbol) != kWhole.end();
}

bool is_system_source(std::string_view file) {
  static constexpr std::array<std::string_view, 7> kParts = {
      "/include/c++/",     "/rustc/",          "/rust/deps/",   "library/alloc/src/",
      "library/core/src/", "library/std/src/", "/libstdc++-v3/"};
  return contains_any(file, kParts);
}

// The start of the parameter list: the first '(' outside of templates that does not open "(anonymous
// namespace)" or belong to "operator()".
std::size_t end_of_name(std::string_view function) {
  int depth = 0;
  for (std::size_t i = 0; i < function.size(); ++i) {
    const std::string_view rest = function.substr(i);
    if (rest.starts_with("(anonymous namespace)")) {
      i += std::string_view("(anonymous namespace)").size() - 1;
    } else if (rest.starts_with("operator()")) {
      i += std::string_view("operator()").size() - 1;
    } else if (rest.starts_with("operator<") || rest.starts_with("operator>") ||
               rest.starts_with("operator-")) {
      i += std::string_view("operator").size();
      while (i + 1 < function.size() &&
             (function[i + 1] == '<' || function[i + 1] == '>' || function[i + 1] == '='))
        ++i;
    } else if (function[i] == '<' || function[i] == '{') {
      ++depth;
    } else if (function[i] == '>' || function[i] == '}') {
      --depth;
    } else if (function[i] == '(' && depth == 0) {
      return i;
    }
  }
  return function.size();
}

// Where the name's own "operator" stands, whose blanks and angle brackets are no syntax; else the end.
std::size_t operator_position(std::string_view function) {
  const std::size_t at = function.rfind("operator");
  if (at == std::string_view::npos) return function.size();
  return at == 0 || function[at - 1] == ' ' || function[at - 1] == ':' ? at : function.size();
}

// Just after the return type: the last blank outside of templates.
std::size_t start_of_name(std::string_view whole) {
  const std::string_view function = whole.substr(0, operator_position(whole));
  if (function.starts_with("(anonymous namespace)")) return 0;
  int depth = 0;
  for (std::size_t i = function.size(); i-- != 0;) {
    const char c = function[i];
    if (c == '>' || c == '}' || c == ')') ++depth;
    if (c == '<' || c == '{' || c == '(') --depth;
    if (c == ' ' && depth == 0) return i + 1;
  }
  return 0;
}

}  // namespace

std::string_view qualified_name(std::string_view function) {
  const std::string_view named = function.substr(0, end_of_name(function));
  return named.substr(start_of_name(named));
}

bool is_nameless(const ReportFrame& frame) {
  return frame.function.empty() || frame.function.starts_with(std::string(base_name(frame.module)) + "+0x");
}

std::string_view function_without_offset(const ReportFrame& frame) {
  const std::string_view function = frame.function;
  const std::size_t offset = function.rfind("+0x");
  if (offset == std::string_view::npos || !frame.file.empty()) return function;
  const bool is_only_offset = is_nameless(frame) && offset == function.find("+0x");
  return is_only_offset ? function : function.substr(0, offset);
}

bool is_hook_module(std::string_view module_path) {
  return base_name(module_path).starts_with("libleakhook");
}

bool is_system_frame(const ReportFrame& frame) {
  return is_system_module(frame.module) || is_system_source(frame.file) ||
         is_system_name(qualified_name(frame.function));
}

}  // namespace leak::scan
