// Whether a suppression speaks of a stack.
#include <algorithm>
#include <array>

#include "base/text.h"
#include "report/system_frames.h"
#include "suppress/suppressions.h"

namespace leak::scan {

namespace {

using Kind = SuppressionFrame::Kind;

// A name with and without what comes around it: files of suppressions use either.
bool function_matches(std::string_view pattern, const std::string& function,
                      bool (*matches)(std::string_view, std::string_view)) {
  const std::string_view symbol = std::string_view(function).substr(0, function.find("+0x"));
  return matches(pattern, symbol) || matches(pattern, qualified_name(symbol));
}

bool frame_matches(const SuppressionFrame& wanted, const ReportFrame& frame) {
  switch (wanted.kind) {
    case Kind::kFunction:
      return function_matches(wanted.pattern, frame.function, matches_glob);
    case Kind::kObject:
      return matches_glob(wanted.pattern, frame.module);
    case Kind::kSource: {
      const std::string name(base_name(frame.file));
      return matches_glob(wanted.pattern, name) ||
             matches_glob(wanted.pattern, name + ":" + std::to_string(frame.line));
    }
    case Kind::kAnyFrames:
      break;
  }
  return false;
}

// valgrind's rule: the frames of the entry are the innermost ones, "..." stands for any number.
bool frames_match(const std::vector<SuppressionFrame>& wanted, std::size_t skipped,
                  const std::vector<FrameId>& stack, const std::vector<ReportFrame>& frames) {
  // reachable[s]: the entry's frames so far can end just before stack frame s.
  std::vector<bool> reachable(stack.size() + 1);
  reachable[0] = true;
  for (std::size_t w = skipped; w != wanted.size(); ++w) {
    std::vector<bool> next(stack.size() + 1);
    bool any_before = false;
    for (std::size_t s = 0; s <= stack.size(); ++s) {
      any_before = any_before || reachable[s];
      if (wanted[w].kind == Kind::kAnyFrames) {
        next[s] = any_before;
      } else if (s != 0) {
        next[s] = reachable[s - 1] && frame_matches(wanted[w], frames[stack[s - 1].index()]);
      }
    }
    reachable = std::move(next);
  }
  return std::find(reachable.begin(), reachable.end(), true) != reachable.end();
}

// valgrind shows the allocation function itself as innermost frame; our stacks begin at its caller.
bool names_allocator(const SuppressionFrame& frame) {
  static constexpr std::array<std::string_view, 12> kNames = {
      "malloc",       "calloc",       "realloc",        "memalign", "posix_memalign", "aligned_alloc",
      "reallocarray", "operator new", "operator new[]", "_Znwm",    "_Znam",          "valloc"};
  return frame.kind == Kind::kFunction &&
         std::any_of(kNames.begin(), kNames.end(),
                     [&frame](std::string_view name) { return matches_glob(frame.pattern, name); });
}

}  // namespace

bool suppresses(const Suppression& suppression, const std::vector<FrameId>& stack,
                const std::vector<ReportFrame>& frames) {
  if (!suppression.frames.empty()) {
    return frames_match(suppression.frames, 0, stack, frames) ||
           (suppression.frames.size() > 1 && names_allocator(suppression.frames.front()) &&
            frames_match(suppression.frames, 1, stack, frames));
  }
  return std::any_of(stack.begin(), stack.end(), [&](FrameId id) {
    const ReportFrame& frame = frames[id.index()];
    return function_matches(suppression.pattern, frame.function, matches_floating) ||
           matches_floating(suppression.pattern, frame.module) ||
           (!frame.file.empty() && matches_floating(suppression.pattern, frame.file));
  });
}

}  // namespace leak::scan
