#include "render/explain_text.h"

#include <algorithm>
#include <cstddef>
#include <sstream>
#include <string>
#include <string_view>

namespace leak::scan {

namespace {

void write_prose(std::string_view heading, std::string_view text, const TextStyle& style, std::ostream& out) {
  out << '\n' << style.ink(heading, Ink::kBold) << '\n' << style.wrap(text, kParagraphIndent) << '\n';
}

void write_code(std::string_view heading, const std::string& code, Ink ink, const TextStyle& style,
                std::ostream& out) {
  out << '\n' << style.ink(heading, ink) << '\n';
  std::istringstream lines(code);
  for (std::string line; std::getline(lines, line);) out << (line.empty() ? "" : "    ") << line << '\n';
}

}  // namespace

void write_page(const ReportPatternPage& page, const std::vector<const ReportPatternPage*>& related,
                const TextStyle& style, std::ostream& out) {
  out << style.ink(page.name, Ink::kBold) << "  (" << page.kind << ")\n\n"
      << style.wrap(page.summary, kParagraphIndent) << '\n';
  write_prose("How leakscan recognises it", page.recognised_by, style, out);
  write_code("Leaks", page.bad, Ink::kRed, style, out);
  write_code("Does not", page.good, Ink::kGreen, style, out);
  write_prose("What to do", page.advice, style, out);
  if (related.empty()) return;
  out << '\n' << style.ink("See also", Ink::kBold) << '\n';
  for (const ReportPatternPage* other : related) {
    out << "  leakscan explain " << other->kind << '\n';
  }
}

void write_page_list(const std::vector<const ReportPatternPage*>& pages, const TextStyle& style,
                     std::ostream& out) {
  std::size_t width = 0;
  for (const ReportPatternPage* page : pages) width = std::max(width, page->kind.size());
  for (const ReportPatternPage* page : pages) {
    out << style.ink(page->kind, Ink::kBold) << std::string(width - page->kind.size() + 2, ' ') << page->name
        << '\n';
  }
}

}  // namespace leak::scan
