// The same tables as Markdown, and as the HTML report's page, which draws the JSON of the comparison.
#include <algorithm>
#include <sstream>
#include <utility>

#include "render/diff_cells.h"
#include "render/diff_renderers.h"
#include "render/html_renderer.h"
#include "render/markdown.h"

namespace leak::scan {

namespace {

constexpr std::size_t kMostRows = 50;  // of Markdown: a pull request's comment has a limit

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
  std::ostringstream json;
  render_diff_json(model, json);
  out << render_html(std::move(json).str());
}

}  // namespace leak::scan
