// Tables of the text report: figures on the left, the place on the right, its callers on the line below.
#include <algorithm>
#include <functional>

#include "base/units.h"
#include "render/text_sections.h"
#include "report/system_frames.h"

namespace leak::scan {

namespace {

struct PlaceRow {
  const std::vector<FrameId>* stack = nullptr;
  std::optional<FrameId> blamed;
};

void write_table(const TextContext& context, const FigureTable& table, const std::vector<PlaceRow>& places) {
  const TextStyle& style = context.style;
  context.out << style.ink(table.heading() + "  place", Ink::kDim) << '\n';
  const std::size_t indent = table.heading().size() + 2;
  for (std::size_t i = 0; i != places.size(); ++i) {
    const PlaceRow& place = places[i];
    context.out << table.row(i) << "  "
                << style.fit(place_text(*place.stack, place.blamed, context.frames), indent) << '\n';
    const std::string callers = callers_text(*place.stack, place.blamed, context.frames);
    if (!callers.empty()) {
      context.out << std::string(indent, ' ') << style.ink(style.fit(callers, indent), Ink::kDim) << '\n';
    }
  }
}

using Cells = std::function<std::vector<std::string>(const ReportSite&)>;

void write_ranking(const TextContext& context, std::string_view heading,
                   const std::vector<std::uint32_t>& order, std::vector<std::string> columns,
                   const Cells& cells) {
  if (order.empty() || context.style.rows() == 0) return;
  FigureTable table(std::move(columns));
  std::vector<PlaceRow> places;
  for (const std::uint32_t index : order) {
    if (places.size() == context.style.rows()) break;
    const ReportSite& site = context.process.sites[index];
    table.add(cells(site));
    places.push_back({&site.stack, site.blamed});
  }
  write_heading(context, heading);
  write_table(context, table, places);
}

std::string with_sign(std::int64_t number, std::string (*format)(std::uint64_t)) {
  std::string text(1, number < 0 ? '-' : '+');
  return text.append(format(static_cast<std::uint64_t>(number < 0 ? -number : number)));
}

std::string signed_bytes(std::int64_t bytes) { return with_sign(bytes, format_bytes); }
std::string signed_count(std::int64_t count) { return with_sign(count, format_count); }

std::string live_text(const ReportSite& site) {
  return bytes_with_error(site.live_bytes, site.sampled ? site.sampled->live_bytes_error : 0);
}

std::string allocated_text(const ReportSite& site) {
  return bytes_with_error(site.allocated_bytes, site.sampled ? site.sampled->allocated_bytes_error : 0);
}

}  // namespace

void write_site_table(const TextContext& context, std::vector<std::string> columns,
                      const std::vector<SiteRow>& rows) {
  FigureTable table(std::move(columns));
  std::vector<PlaceRow> places;
  for (const SiteRow& row : rows) {
    const ReportSite& site = context.process.sites[row.site];
    table.add(row.cells);
    places.push_back({&site.stack, site.blamed});
  }
  write_table(context, table, places);
}

void write_rankings(const TextContext& context) {
  const ReportTop& top = context.process.top;
  write_ranking(context, "Growing", top.growth, {"rate", "verdict", "live"}, [](const ReportSite& site) {
    return std::vector<std::string>{format_bytes_per_second(site.growth->slope_bytes_per_s),
                                    site.growth->verdict, live_text(site)};
  });
  write_ranking(context, "Live at the end", top.live, {"bytes", "blocks"}, [](const ReportSite& site) {
    return std::vector<std::string>{live_text(site), format_count(site.live_blocks)};
  });
  write_ranking(context, "At the peak", top.peak, {"bytes", "blocks"}, [](const ReportSite& site) {
    return std::vector<std::string>{format_bytes(site.peak_bytes), format_count(site.peak_blocks)};
  });
  write_ranking(context, "Most allocations", top.allocations, {"calls", "bytes"}, [](const ReportSite& site) {
    return std::vector<std::string>{format_count(site.allocations), allocated_text(site)};
  });
  write_ranking(context, "Temporary allocations (freed at once)", top.temporary, {"calls", "of"},
                [](const ReportSite& site) {
                  return std::vector<std::string>{format_count(site.temporary_allocations),
                                                  format_count(site.allocations)};
                });
}

void write_comparison(const TextContext& context) {
  if (!context.process.comparison || context.style.rows() == 0) return;
  const ReportComparison& comparison = *context.process.comparison;
  FigureTable table({"bytes", "blocks"});
  std::vector<PlaceRow> places;
  for (const ReportSiteChange& change : comparison.sites) {
    if (places.size() == context.style.rows() || change.bytes <= 0) break;
    const ReportSite& site = context.process.sites[change.site];
    table.add({signed_bytes(change.bytes), signed_count(change.blocks)});
    places.push_back({&site.stack, site.blamed});
  }
  write_heading(context, "From snapshot \"" + comparison.from_label + "\" (" +
                             format_duration(comparison.from_ns) + ") to \"" + comparison.to_label + "\" (" +
                             format_duration(comparison.to_ns) + ")");
  context.out << "  heap " << signed_bytes(comparison.heap_bytes) << ", " << signed_count(comparison.blocks)
              << " blocks\n";
  if (!places.empty()) write_table(context, table, places);
}

void write_mappings(const TextContext& context) {
  const ReportProcess::Mappings& mappings = context.process.mappings;
  if (mappings.maps == 0 && mappings.brk_bytes == 0) return;
  write_heading(context, "Mappings by the program itself (not part of the heap)");
  std::string summary = format_count(mappings.maps) + " mmap, " + format_count(mappings.unmaps) +
                        " munmap; peak " + format_bytes(mappings.peak_bytes) + ", " +
                        format_bytes(mappings.live_bytes) + " still mapped";
  if (mappings.brk_bytes != 0) summary += "; program break moved by " + format_bytes(mappings.brk_bytes);
  context.out << context.style.wrap(summary, 2) << '\n';
  FigureTable table({"mapped now", "maps", "mapped ever"});
  std::vector<PlaceRow> places;
  for (const ReportMappingSite& site : mappings.sites) {
    if (places.size() == context.style.rows()) break;
    table.add({format_bytes(site.live_bytes), format_count(site.maps), format_bytes(site.mapped_bytes)});
    places.push_back({&site.stack, site.blamed});
  }
  if (!places.empty()) write_table(context, table, places);
}

}  // namespace leak::scan
