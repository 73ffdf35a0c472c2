// The same tables as Markdown and as one HTML page that borrows the report's style sheet.
#include <algorithm>
#include <string>
#include <string_view>

#include "base/units.h"
#include "render/diff_cells.h"
#include "render/diff_renderers.h"
#include "render/markdown.h"
#include "render/report_template.h"

namespace leak::scan {

namespace {

constexpr std::size_t kMostRows = 50;  // of Markdown: a pull request's comment has a limit
constexpr std::size_t kMostHtmlRows = 1000;

// The report's own, so that both look alike.
std::string_view report_style() {
  constexpr std::string_view kOpen = "<style>";
  const std::string_view page = report_template();
  const std::size_t begin = page.find(kOpen);
  const std::size_t end = page.find("</style>");
  if (begin == std::string_view::npos || end == std::string_view::npos || end < begin) return {};
  return page.substr(begin + kOpen.size(), end - begin - kOpen.size());
}

std::string frames_text(const DiffSite& site) {
  std::string text;
  for (const std::string& frame : site.frames) text += frame + '\n';
  return text;
}

void write_html_totals(const DiffModel& model, std::ostream& out) {
  out << "<table><thead><tr><th></th><th class=\"num\">before</th><th class=\"num\">after</th><th "
         "class=\"num\">change"
      << html_text(per_unit(model)) << "</th></tr></thead><tbody>\n";
  for (const DiffTotalRow& row : total_rows(model)) {
    out << "<tr><td>" << row.name << "</td><td class=\"num\">" << row.before << "</td><td class=\"num\">"
        << row.after << "</td><td class=\"num\">" << row.change << "</td></tr>\n";
  }
  out << "</tbody></table>\n";
}

void write_html_sites(const DiffModel& model, std::ostream& out) {
  out << "<h2>Places</h2>\n<table><thead><tr><th></th><th class=\"num\">lost</th><th class=\"num\">live</th>"
         "<th class=\"num\">blocks</th><th class=\"num\">peak</th><th "
         "class=\"num\">allocations</th><th>place</th>"
         "</tr></thead><tbody>\n";
  const std::size_t shown = std::min(model.sites.size(), kMostHtmlRows);
  for (std::size_t i = 0; i != shown; ++i) {
    const DiffSite& site = model.sites[i];
    out << "<tr><td>" << verdict_text(site.verdict) << "</td><td class=\"num\">"
        << bytes_change(site.change.lost_bytes) << "</td><td class=\"num\">"
        << bytes_change(site.change.live_bytes) << "</td><td class=\"num\">"
        << count_change(site.change.live_blocks) << "</td><td class=\"num\">"
        << bytes_change(site.change.peak_bytes) << "</td><td class=\"num\">"
        << count_change(site.change.allocations) << "</td><td><details><summary><code>"
        << html_text(site.place) << "</code></summary><pre>" << html_text(frames_text(site))
        << "</pre></details></td></tr>\n";
  }
  out << "</tbody></table>\n";
  if (shown != model.sites.size()) out << "<p>" << model.sites.size() - shown << " more.</p>\n";
  out << "<p>" << format_count(model.same_sites)
      << " places are the same within the variation of runs.</p>\n";
}

void write_html_types(const DiffModel& model, std::ostream& out) {
  if (model.types.empty()) return;
  out << "<h2>Types</h2>\n<table><thead><tr><th class=\"num\">change</th><th class=\"num\">before</th>"
         "<th class=\"num\">after</th><th>type</th></tr></thead><tbody>\n";
  for (const DiffType& type : model.types) {
    out << "<tr><td class=\"num\">" << bytes_change(type.change_bytes) << "</td><td class=\"num\">"
        << format_bytes(type.before_bytes) << "</td><td class=\"num\">" << format_bytes(type.after_bytes)
        << "</td><td><code>" << html_text(type.name) << "</code></td></tr>\n";
  }
  out << "</tbody></table>\n";
}

}  // namespace

void render_diff_markdown(const DiffModel& model, std::ostream& out) {
  out << "### leakscan diff\n\n"
      << html_text(model.verdict) << "\n\n| | before | after | change" << html_text(per_unit(model))
      << " |\n|---|---:|---:|---:|\n";
  for (const DiffTotalRow& row : total_rows(model)) {
    out << "| " << row.name << " | " << row.before << " | " << row.after << " | " << row.change << " |\n";
  }
  if (model.sites.empty()) return;
  out << "\n| | lost | live | blocks | allocations | place |\n|---|---:|---:|---:|---:|---|\n";
  const std::size_t shown = std::min(model.sites.size(), kMostRows);
  for (std::size_t i = 0; i != shown; ++i) {
    const DiffSite& site = model.sites[i];
    out << "| " << verdict_text(site.verdict) << " | " << bytes_change(site.change.lost_bytes) << " | "
        << bytes_change(site.change.live_bytes) << " | " << count_change(site.change.live_blocks) << " | "
        << count_change(site.change.allocations) << " | " << markdown_code(site.place) << " |\n";
  }
  if (shown != model.sites.size()) out << "\n" << model.sites.size() - shown << " more.\n";
}

void render_diff_html(const DiffModel& model, std::ostream& out) {
  out << "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>leakscan "
         "diff</title>\n<style>"
      << report_style()
      << "\nbody { max-width: 75rem; margin: 2rem auto; padding: 0 1rem; }\ntable { border-collapse: "
         "collapse; }\n"
         "th, td { padding: 0.25rem 0.75rem; text-align: left; vertical-align: top; }\n"
         ".num { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; "
         "}\n</style></head>\n<body>"
      << "<h1>" << html_text(model.after.program) << "</h1>\n<p><strong>" << html_text(model.verdict)
      << "</strong></p>\n";
  write_html_totals(model, out);
  write_html_sites(model, out);
  write_html_types(model, out);
  out << "</body></html>\n";
}

}  // namespace leak::scan
