// Resident memory against the heap, as text.
#include <algorithm>

#include "base/units.h"
#include "render/text_sections.h"

namespace leak::scan {

void write_residency(const TextContext& context) {
  if (!context.process.residency || context.style.rows() == 0) return;
  const ReportResidency& residency = *context.process.residency;
  std::uint64_t idle = 0;
  std::uint64_t sparse = 0;
  std::uint64_t pages = 0;
  for (const ReportPageRegion& region : residency.regions) {
    idle += region.idle_bytes;
    sparse += region.sparse_pages;
    pages += region.pages;
  }
  if (!residency.keeps_freed && !residency.growth) return;
  write_heading(context, "Resident memory, after " + format_duration(residency.time_ns));
  write_fact(context, "resident", format_bytes(residency.rss_bytes));
  write_fact(context, "anonymous", format_bytes(residency.anonymous_bytes));
  write_fact(context, "live heap", format_bytes(residency.heap_bytes));
  if (residency.mapped_bytes != 0) write_fact(context, "mappings", format_bytes(residency.mapped_bytes));
  write_fact(context, "beyond", format_bytes(residency.beyond_bytes) +
                                    ": free but kept by the allocator, stacks, the recorder's own");
  if (pages != 0) {
    write_fact(context, "pages", format_count(pages) + " with live blocks at the end, " + format_count(sparse) +
                                     " less than half in use (" + format_bytes(idle) + " idle)");
  }
  std::vector<SiteRow> rows;
  for (const ReportPagePins& pins : residency.pins) {
    if (rows.size() == context.style.rows() || pins.idle_bytes == 0) break;
    rows.push_back({pins.site, {format_bytes(pins.idle_bytes), format_count(pins.sparse_pages)}});
  }
  if (!rows.empty()) write_site_table(context, {"keeps idle", "on pages"}, rows);
}

}  // namespace leak::scan
