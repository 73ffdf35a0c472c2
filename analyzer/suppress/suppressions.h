// Leaks that somebody decided to live with. Reads two formats as they are, told apart by their first entry:
// LeakSanitizer's ("leak:pattern" lines) and valgrind's (.supp entries of kind Memcheck:Leak; other kinds are
// for other tools and passed over). A comment line right above an entry may limit it:
//     # max=20 expires=2027-01-31
// "max": at most so many lost blocks; with more, nothing of them is suppressed. "expires": the last day on
// which the entry counts.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "report/report_model.h"

namespace leak::scan {

struct SuppressionFrame {
  enum class Kind { kFunction, kObject, kSource, kAnyFrames } kind = Kind::kFunction;
  std::string pattern;
};

struct Suppression {
  std::string text;                      // as users know it: "leak:pattern", or valgrind's name
  std::string origin;                    // "file:line", or "built in"
  std::string pattern;                   // of LeakSanitizer's format; else:
  std::vector<SuppressionFrame> frames;  // leaf first
  std::optional<std::uint64_t> max_blocks;
  std::string expires;  // "YYYY-MM-DD", empty: never
};

// Throws CommandError for what is neither format, with file and line.
std::vector<Suppression> parse_suppressions(const std::string& file_name, const std::string& text);

// LeakSanitizer's format, with the reason of each entry; what leakscan applies unless told not to.
std::string_view built_in_suppressions();
std::vector<Suppression> parse_built_in_suppressions();

bool suppresses(const Suppression& suppression, const std::vector<FrameId>& stack,
                const std::vector<ReportFrame>& frames);

// "*" any text, "^" and "$" bind a pattern without them floats: LeakSanitizer's language.
bool matches_floating(std::string_view pattern, std::string_view text);

// The whole text; "*" any text, "?" any character: the shell's and valgrind's language.
bool matches_glob(std::string_view pattern, std::string_view text);

}  // namespace leak::scan
