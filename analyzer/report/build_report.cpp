#include "report/build_report.h"

#include <algorithm>
#include <utility>

#include "report/findings.h"
#include "report/process_facts.h"
#include "report/process_tree.h"
#include "report/snapshots.h"

namespace leak::scan {

namespace {

constexpr std::size_t kMostMappingSites = 200;

std::optional<ReportGrowth> growth_at(const ProcessInput& input, std::size_t site) {
  return site < input.site_growth.size() ? input.site_growth[site] : std::nullopt;
}

SiteFigures figures_of(const Site& site, const std::optional<ReportGrowth>& growth) {
  // An unsure slope ranks low instead of not at all: it is shown with its confidence.
  const bool has_survivors = site.live.bytes != 0;
  const double slope = growth && has_survivors ? growth->slope_bytes_per_s * growth->confidence : 0;
  return {site.live.bytes, site.peak.bytes, site.allocations, site.temporary_allocations,
          std::max(slope, 0.0)};
}

ReportSite site_of(const Site& from) {
  ReportSite to;
  to.allocations = from.allocations;
  to.allocated_bytes = from.allocated_bytes;
  to.deallocations = from.deallocations;
  to.live_blocks = from.live.blocks;
  to.live_bytes = from.live.bytes;
  to.inherited_bytes = from.inherited.bytes;
  to.peak_blocks = from.peak.blocks;
  to.peak_bytes = from.peak.bytes;
  to.temporary_allocations = from.temporary_allocations;
  to.live_bytes_over_time = from.live_bytes_over_time;
  return to;
}

// Names without lines in the program itself: the reader can do something about that.
bool lacks_debug_info(const ReportProcess& process, const std::vector<ReportFrame>& frames) {
  bool saw_program = false;
  for (const ReportSite& site : process.sites) {
    for (const FrameId id : site.stack) {
      const ReportFrame& frame = frames[id.index()];
      if (frame.module != process.exe || frame.function.starts_with("_start")) continue;
      if (frame.line != 0) return false;
      saw_program = true;
    }
  }
  return saw_program;
}

}  // namespace

ReportBuilder::ReportBuilder(Symbolizer& symbolizer, ReportOptions options)
    : options_(options), symbolizer_(symbolizer), frames_(symbolizer) {}

void ReportBuilder::add(const ProcessInput& input) {
  frames_.begin_process(input.history);
  ReportProcess process = facts_of(input.history);
  add_sites(input, process);
  add_mapping_sites(input.history, process);
  add_warnings(process);
  judge(process, frames_.frames(), input.mapping_growth);
  processes_.push_back(std::move(process));
}

void ReportBuilder::add_sites(const ProcessInput& input, ReportProcess& process) {
  const std::vector<Site>& all = input.history.sites;
  std::vector<SiteFigures> figures;
  figures.reserve(all.size());
  for (std::size_t i = 0; i != all.size(); ++i) figures.push_back(figures_of(all[i], growth_at(input, i)));

  std::vector<std::uint32_t> report_site(all.size(), kNotShown);
  std::vector<SiteFigures> shown;
  for (const std::uint32_t index : select_sites(figures, options_.max_sites)) {
    ReportSite site = site_of(all[index]);
    site.id = static_cast<std::uint32_t>(process.sites.size());
    site.stack = frames_.stack(all[index].stack);
    site.blamed = frames_.blamed(site.stack);
    site.growth = growth_at(input, index);
    report_site[index] = site.id;
    shown.push_back(figures[index]);
    process.sites.push_back(std::move(site));
  }
  process.sites_total = all.size();
  process.top = rank_sites(shown);
  process.snapshots = snapshots_of(input.history, report_site, options_.max_snapshots);
  process.comparison = compare_ends(process.snapshots);
}

void ReportBuilder::add_mapping_sites(const HeapHistory& history, ReportProcess& process) {
  std::vector<const MappingSite*> order;
  for (const MappingSite& site : history.mappings.sites) order.push_back(&site);
  std::stable_sort(order.begin(), order.end(), [](const MappingSite* a, const MappingSite* b) {
    return a->live_bytes != b->live_bytes ? a->live_bytes > b->live_bytes : a->mapped_bytes > b->mapped_bytes;
  });
  if (options_.max_sites && order.size() > kMostMappingSites) order.resize(kMostMappingSites);
  for (const MappingSite* from : order) {
    ReportMappingSite to;
    to.stack = frames_.stack(from->stack);
    to.blamed = frames_.blamed(to.stack);
    to.maps = from->maps;
    to.mapped_bytes = from->mapped_bytes;
    to.live_bytes = from->live_bytes;
    process.mappings.sites.push_back(std::move(to));
  }
}

void ReportBuilder::add_warnings(ReportProcess& process) {
  const std::vector<std::string>& all = symbolizer_.warnings();
  std::vector<std::string>& own = process.diagnostics.warnings;
  own.insert(own.end(), all.begin() + static_cast<std::ptrdiff_t>(warnings_taken_), all.end());
  warnings_taken_ = all.size();
  if (lacks_debug_info(process, frames_.frames())) {
    own.push_back(process.exe + " has no line numbers: build it with -g, or give --debug-dir.");
  }
}

ReportModel ReportBuilder::finish() && {
  ReportModel model;
  order_as_tree(processes_);
  for (const ReportProcess& process : processes_) model.severity = std::max(model.severity, process.severity);
  model.processes = std::move(processes_);
  model.frames = std::move(frames_).take_frames();
  return model;
}

}  // namespace leak::scan
