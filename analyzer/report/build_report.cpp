#include "report/build_report.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>
#include <utility>

#include "report/allocation_wrappers.h"
#include "report/course_report.h"
#include "report/findings.h"
#include "report/graph_report.h"
#include "report/mismatch_findings.h"
#include "report/process_facts.h"
#include "report/process_tree.h"
#include "report/resource_facts.h"
#include "report/snapshots.h"

namespace leak::scan {

namespace {

constexpr std::size_t kMostMappingSites = 200;

// Estimates: more digits than these say nothing, and fill a large report.
double rounded(double estimate) {
  constexpr double kDigits = 6;
  if (estimate == 0 || !std::isfinite(estimate)) return 0;
  const double places = kDigits - 1 - std::floor(std::log10(std::abs(estimate)));
  const double scale = std::pow(10.0, std::clamp(places, 0.0, kDigits));
  return std::round(estimate * scale) / scale;
}

std::optional<ReportGrowth> growth_at(const ProcessInput& input, std::size_t site) {
  if (site >= input.site_growth.size()) return std::nullopt;
  Growth growth = input.site_growth[site];
  const bool rises = growth.verdict == GrowthVerdict::kLeak || growth.verdict == GrowthVerdict::kSlowing;
  if (rises && input.history.process.duration_ns < kShortestJudgedRunNs)
    growth.verdict = GrowthVerdict::kTooShort;
  return ReportGrowth{rounded(growth.trend.slope_per_s), rounded(growth.trend.low_per_s),
                      rounded(growth.trend.high_per_s), std::round(growth.trend.confidence * 1e4) / 1e4,
                      name_of(growth.verdict)};
}

SiteFigures figures_of(const Site& site, const std::optional<ReportGrowth>& growth,
                       std::uint64_t lost_bytes) {
  // An unsure slope ranks low instead of not at all: it is shown with its confidence.
  const bool grows = growth && (growth->verdict == name_of(GrowthVerdict::kLeak) ||
                                growth->verdict == name_of(GrowthVerdict::kSlowing) ||
                                growth->verdict == name_of(GrowthVerdict::kTooShort));
  const double slope = grows ? growth->slope_bytes_per_s * growth->confidence : 0;
  return {site.live.bytes,      site.peak.bytes, site.allocations, site.temporary_allocations,
          std::max(slope, 0.0), lost_bytes};
}

ReportSite site_of(const Site& from, const HeapHistory& history) {
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
  if (history.threads.size() > 1) {
    to.threads = from.threads;
    to.more_threads = from.more_threads;
  }
  if (!history.sampling.empty()) {
    to.sampled = ReportSampled{from.recorded_live_blocks, from.live_bytes_error, from.allocated_bytes_error};
  }
  to.live_bytes_over_time = from.live_bytes_over_time.values();
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
  const std::vector<std::uint32_t> history_sites = add_sites(input, process);
  add_mapping_sites(input, process);
  process.resources = resources_of(input.history, frames_);
  add_warnings(process);
  const std::uint64_t all_rise = rise_of_all(input.history);
  const std::optional<std::size_t> work_end = end_of_work(input.history);
  const auto growth_of = [&](std::span<const std::uint32_t> ids) {
    std::vector<std::uint32_t> sites;
    for (const std::uint32_t id : ids) sites.push_back(history_sites[id]);
    SharedGrowth shared{judge_growth(input.history, sites, work_end)};
    if (all_rise != 0)
      shared.share = static_cast<double>(shared.growth.rise_bytes) / static_cast<double>(all_rise);
    return shared;
  };
  process.limit = limit_of(process, input.history.process.memory_limit_bytes, options_.limit);
  judge(process, frames_.frames(), input.mapping_growth, growth_of);
  processes_.push_back(std::move(process));
}

std::vector<std::uint32_t> ReportBuilder::add_sites(const ProcessInput& input, ReportProcess& process) {
  const std::vector<Site>& all = input.history.sites;
  std::unordered_map<StackId, std::uint64_t> lost_bytes;
  if (input.graph != nullptr) {
    const auto list = lost_bytes_by_site(*input.graph);
    lost_bytes.insert(list.begin(), list.end());
  }
  std::vector<SiteFigures> figures;
  figures.reserve(all.size());
  for (std::size_t i = 0; i != all.size(); ++i) {
    const auto lost = lost_bytes.find(all[i].stack);
    figures.push_back(figures_of(all[i], growth_at(input, i), lost == lost_bytes.end() ? 0 : lost->second));
  }

  // What is freed the wrong way is worth showing too, however small.
  std::vector<SiteFigures> wanted = figures;
  for (const FreeFamilies::Mismatch& mismatch : input.history.mismatches) {
    std::uint64_t& bytes = wanted[mismatch.site].lost_bytes;
    bytes = std::max<std::uint64_t>(bytes, 1);
  }

  AllocationWrappers wrappers(frames_.frames());
  std::vector<std::uint32_t> report_site(all.size(), kNotShown);
  std::vector<SiteFigures> shown;
  std::vector<std::uint32_t> history_sites;
  for (const std::uint32_t index : select_sites(wanted, options_.max_sites)) {
    ReportSite site = site_of(all[index], input.history);
    site.id = static_cast<std::uint32_t>(process.sites.size());
    site.stack = frames_.stack(all[index].stack);
    wrappers.add(site.stack);
    site.growth = growth_at(input, index);
    report_site[index] = site.id;
    shown.push_back(figures[index]);
    history_sites.push_back(index);
    process.sites.push_back(std::move(site));
  }
  for (ReportSite& site : process.sites) site.blamed = wrappers.blamed(site.stack);
  if (input.graph != nullptr) {
    std::unordered_map<StackId, std::uint32_t> ids;
    for (std::size_t i = 0; i != all.size(); ++i) {
      if (report_site[i] != kNotShown) ids.emplace(all[i].stack, report_site[i]);
    }
    add_graph(
        *input.graph,
        [&ids](StackId stack) {
          const auto id = ids.find(stack);
          return id == ids.end() ? std::nullopt : std::optional(id->second);
        },
        process);
  }
  process.spikes = spikes_of(input.spikes, report_site);
  if (input.residency) process.residency = residency_of(*input.residency, input.history.pages, report_site);
  find_mismatches(input.history, report_site, frames_.frames(), process);
  process.sites_total = all.size();
  process.top = rank_sites(shown);
  process.snapshots = snapshots_of(input.history, report_site, options_.max_snapshots);
  process.comparison = compare_ends(process.snapshots);
  return history_sites;
}

void ReportBuilder::add_mapping_sites(const ProcessInput& input, ReportProcess& process) {
  std::unordered_map<StackId, ReportCount> lost;
  if (input.graph != nullptr) lost = lost_mappings_by_site(*input.graph);
  std::vector<const MappingSite*> order;
  for (const MappingSite& site : input.history.mappings.sites) order.push_back(&site);
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
    if (const auto found = lost.find(from->stack); found != lost.end()) to.lost = found->second;
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
