#include "explain_command.h"

#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <vector>

#include "base/command_error.h"
#include "base/did_you_mean.h"
#include "cli/terminal.h"
#include "patterns/pattern.h"
#include "render/explain_text.h"

namespace leak::scan {

namespace {

constexpr std::size_t kPlainWidth = 100;
constexpr std::size_t kWidest = 110;  // prose in longer lines is hard to read

TextStyle page_style() {
  TextOptions options;
  options.colours = wants_colours(STDOUT_FILENO);
  options.width = std::min(terminal_width(STDOUT_FILENO, kPlainWidth), kWidest);
  return TextStyle(options);
}

[[noreturn]] void refuse(const std::string& kind) {
  std::vector<std::string> known;
  for (const Pattern* pattern : all_patterns()) known.push_back(pattern->page().kind);
  const std::optional<std::string> meant = closest_word(kind, known);
  throw CommandError("there is no page about '" + kind + "'; " +
                     (meant ? "did you mean '" + *meant + "'?" : "see leakscan explain for the list"));
}

}  // namespace

void explain(const std::string& kind, std::ostream& out) {
  if (kind.empty()) {
    std::vector<const ReportPatternPage*> pages;
    for (const Pattern* pattern : all_patterns()) pages.push_back(&pattern->page());
    write_page_list(pages, page_style(), out);
    return;
  }
  const ReportPatternPage* page = page_of(kind);
  if (page == nullptr) refuse(kind);
  std::vector<const ReportPatternPage*> related;
  for (const std::string& other : page->related) related.push_back(page_of(other));
  write_page(*page, related, page_style(), out);
}

}  // namespace leak::scan
