#include "report/allocation_wrappers.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>

#include "base/text.h"
#include "report/system_frames.h"

namespace leak::scan {

namespace {

constexpr std::uint32_t kUnseen = 0xffffffff;
constexpr std::size_t kAnyCaller = 1;
constexpr std::size_t kSeveralCallers = 3;
constexpr std::size_t kManyCallers = 8;  // names that a factory could have too

// "ns::Pool<int>::allocate" -> "allocate".
std::string_view own_name(std::string_view function) {
  const std::string_view name = qualified_name(function);
  int depth = 0;
  std::size_t begin = 0;
  for (std::size_t i = 0; i < name.size(); ++i) {
    if (name[i] == '<') ++depth;
    if (name[i] == '>') --depth;
    if (depth == 0 && name.substr(i).starts_with("::")) begin = i + 2;
  }
  const std::string_view own = name.substr(begin);
  return own.substr(0, own.find_first_of("<+"));
}

// "sqlite3DbMallocRaw" -> sqlite, db, malloc, raw.
std::vector<std::string> words_of(std::string_view name) {
  std::vector<std::string> words;
  bool begins = true;
  for (std::size_t i = 0; i != name.size(); ++i) {
    const auto c = static_cast<unsigned char>(name[i]);
    if (std::isalpha(c) == 0) {
      begins = true;
      continue;
    }
    if (std::isupper(c) != 0 && i != 0 && std::islower(static_cast<unsigned char>(name[i - 1])) != 0)
      begins = true;
    if (begins) words.emplace_back();
    begins = false;
    words.back() += static_cast<char>(std::tolower(c));
  }
  return words;
}

bool is_malloc_word(const std::string& word) {
  static constexpr std::array<std::string_view, 8> kEnds = {"calloc",  "realloc", "memalign", "strdup",
                                                            "strndup", "memdup",  "palloc",   "zalloc"};
  return word.find("malloc") != std::string::npos ||
         std::any_of(kEnds.begin(), kEnds.end(),
                     [&word](std::string_view end) { return word.ends_with(end); });
}

}  // namespace

std::size_t callers_of_a_wrapper(std::string_view function) {
  const std::string_view name = own_name(function);
  if (name.starts_with("operator new")) return kAnyCaller;
  const std::vector<std::string> words = words_of(name);
  if (words.empty()) return 0;
  if (std::any_of(words.begin(), words.end(), is_malloc_word)) return kSeveralCallers;
  const std::string& last = words.back();
  return last == "alloc" || last == "allocate" ? kManyCallers : 0;
}

std::uint32_t AllocationWrappers::function_of(FrameId id) {
  if (function_of_frame_.size() <= id.index()) function_of_frame_.resize(frames_.size(), kUnseen);
  std::uint32_t& number = function_of_frame_[id.index()];
  if (number != kUnseen) return number;
  const ReportFrame& frame = frames_[id.index()];
  const bool blamable = is_to_blame(frame);
  std::string key =
      frame.module + '\n' + std::string(function_without_offset(frame)) + (blamable ? "" : "\n");
  const auto [entry, is_new] =
      by_name_.try_emplace(std::move(key), static_cast<std::uint32_t>(functions_.size()));
  if (is_new) {
    const std::size_t callers_needed = blamable ? callers_of_a_wrapper(frame.function) : 0;
    functions_.push_back({blamable, is_nameless(frame), callers_needed, {}});
  }
  return number = entry->second;
}

void AllocationWrappers::add(const std::vector<FrameId>& stack) {
  std::vector<std::uint32_t> wrappers;
  bool is_done = false;  // the rest only has to be known
  for (const FrameId id : stack) {
    const std::uint32_t number = function_of(id);
    const Function& function = functions_[number];
    if (!function.is_to_blame || is_done || (function.is_nameless && wrappers.empty())) continue;
    is_done = function.callers_needed == 0;
    if (!is_done) {
      wrappers.push_back(number);
      continue;
    }
    for (const std::uint32_t wrapper : wrappers) functions_[wrapper].callers.insert(number);
  }
}

std::optional<FrameId> AllocationWrappers::blamed(const std::vector<FrameId>& stack) const {
  std::optional<FrameId> first;
  bool was_wrapped = false;
  for (const FrameId id : stack) {
    const Function& function = known_function(id);
    if (!function.is_to_blame) continue;
    if (!first) first = id;
    if (function.is_nameless && !was_wrapped) continue;  // perhaps a part of the wrapper that called it
    if (function.callers_needed == 0 || function.callers.size() < function.callers_needed) {
      return was_wrapped ? id : first;
    }
    was_wrapped = true;
  }
  return first;
}

}  // namespace leak::scan
