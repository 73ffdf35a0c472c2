#include "diff/fingerprint.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "base/text.h"
#include "report/system_frames.h"

namespace leak::scan {

namespace {

constexpr std::size_t kLongestLoop = 8;  // frames of mutual recursion that are told once

void cut_at(std::string& text, std::string_view mark) {
  if (const std::size_t at = text.find(mark); at != std::string::npos && at != 0) text.resize(at);
}

// "[abi:cxx11]" anywhere.
void drop_abi_tags(std::string& text) {
  for (std::size_t at = text.find("[abi:"); at != std::string::npos; at = text.find("[abi:", at)) {
    const std::size_t end = text.find(']', at);
    text.erase(at, end == std::string::npos ? end : end - at + 1);
  }
}

// What optimisers append to a linker name.
void drop_compiler_suffixes(std::string& text) {
  static constexpr std::array<std::string_view, 6> kSuffixes = {".isra.", ".constprop.", ".part.",
                                                                ".llvm.", ".cold",       ".lto_priv"};
  for (const std::string_view suffix : kSuffixes) cut_at(text, suffix);
}

// "::h0123456789abcdef" of Rust.
void drop_rust_hash(std::string& text) {
  constexpr std::size_t kLength = 19;
  if (text.size() <= kLength || text.compare(text.size() - kLength, 3, "::h") != 0) return;
  if (text.find_first_not_of("0123456789abcdef", text.size() - kLength + 3) == std::string::npos)
    text.resize(text.size() - kLength);
}

// How many characters of an operator's name at `at` look like brackets: "operator<<", "operator->".
std::size_t operator_length(std::string_view text, std::size_t at) {
  static constexpr std::string_view kWord = "operator";
  if (!text.substr(at).starts_with(kWord)) return 0;
  std::size_t length = kWord.size();
  while (at + length < text.size() &&
         std::string_view("<>-=").find(text[at + length]) != std::string_view::npos)
    ++length;
  return length == kWord.size() ? 0 : length;
}

// Template arguments become "<>", lambdas "{lambda}".
std::string without_arguments(std::string_view text) {
  std::string out;
  int depth = 0;
  for (std::size_t i = 0; i != text.size(); ++i) {
    if (depth == 0) {
      if (const std::size_t length = operator_length(text, i); length != 0) {
        out += text.substr(i, length);
        i += length - 1;
        continue;
      }
    }
    const char c = text[i];
    if (c == '<' || c == '{') {
      if (depth++ != 0) continue;
      const bool is_lambda = text.substr(i).starts_with("{lambda");
      out += c == '<' ? "<" : is_lambda ? "{lambda" : "{";
    } else if ((c == '>' || c == '}') && depth > 0) {
      if (--depth == 0) out += c;
    } else if (depth == 0) {
      out += c;
    }
  }
  return out;
}

std::string frame_text(const ReportFrame& frame, const std::pair<std::string, std::string>& renamed) {
  std::string module = stable_module(frame.module);
  if (!renamed.first.empty() && module == renamed.first) module = renamed.second;
  if (is_nameless(frame)) return "?@" + module;
  return stable_function(frame.function) + "@" + module;
}

// Drops the frames just added when they repeat those before them.
void fold_recursion(std::vector<std::string>& frames) {
  for (std::size_t length = 1; length <= std::min(kLongestLoop, frames.size() / 2); ++length) {
    const auto last = frames.end() - static_cast<std::ptrdiff_t>(length);
    if (std::equal(last, frames.end(), last - static_cast<std::ptrdiff_t>(length))) {
      frames.erase(last, frames.end());
      return;
    }
  }
}

bool is_part_of(const std::vector<std::string>& part, const std::vector<std::string>& whole) {
  std::size_t matched = 0;
  for (const std::string& frame : whole) {
    if (matched != part.size() && part[matched] == frame) ++matched;
  }
  return matched == part.size();
}

}  // namespace

std::string stable_function(std::string_view function) {
  std::string text(function);
  cut_at(text, " [clone ");
  cut_at(text, "+0x");
  drop_abi_tags(text);
  drop_compiler_suffixes(text);
  drop_rust_hash(text);
  return without_arguments(qualified_name(text));
}

std::string stable_module(std::string_view path) {
  const std::string_view name = base_name(path);
  const std::size_t version = name.find(".so.");
  return std::string(name.substr(0, version == std::string_view::npos ? version : version + 3));
}

Fingerprint fingerprint_of(std::vector<std::string> frames) {
  std::uint64_t hash = 0xcbf29ce484222325;
  const auto mix = [&hash](char c) { hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3; };
  for (const std::string& frame : frames) {
    std::for_each(frame.begin(), frame.end(), mix);
    mix('\n');
  }
  static constexpr std::string_view kDigits = "0123456789abcdef";
  Fingerprint made;
  for (int shift = 60; shift >= 0; shift -= 4) made.id += kDigits[hash >> shift & 15];
  made.frames = std::move(frames);
  return made;
}

Fingerprint fingerprint_of(const std::vector<FrameId>& stack, const std::vector<ReportFrame>& frames,
                           const std::pair<std::string, std::string>& renamed) {
  const bool all_system = std::all_of(stack.begin(), stack.end(), [&frames](FrameId id) {
    return frames[id.index()].system || frames[id.index()].module.empty();
  });
  std::vector<std::string> texts;
  for (const FrameId id : stack) {
    const ReportFrame& frame = frames[id.index()];
    if (!all_system && (frame.system || frame.module.empty())) continue;
    texts.push_back(frame_text(frame, renamed));
    fold_recursion(texts);
  }
  return fingerprint_of(std::move(texts));
}

bool is_same_place(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  if (a.empty() || b.empty() || a.front() != b.front()) return false;
  return a.size() < b.size() ? is_part_of(a, b) : is_part_of(b, a);
}

}  // namespace leak::scan
