#include "report/course_report.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "base/units.h"
#include "report/findings.h"
#include "report/snapshots.h"

namespace leak::scan {

namespace {

constexpr std::size_t kMostSites = 20;
constexpr std::size_t kMostRegions = 20;
constexpr std::uint64_t kWorthTelling = 1U << 20;

std::string percent_of(std::uint64_t part, std::uint64_t whole) {
  return std::to_string(whole == 0 ? 0 : static_cast<std::uint64_t>(static_cast<double>(part) * 100 /
                                                                        static_cast<double>(whole) +
                                                                    .5)) +
         " %";
}

// The figures of sites, summed by the place in the source that they blame.
struct PlaceSum {
  std::uint32_t site = 0;  // the largest
  std::uint64_t bytes = 0;
  std::uint64_t blocks = 0;
};

using Places = std::vector<std::pair<std::string, PlaceSum>>;  // largest first

class PlaceSums {
 public:
  PlaceSums(const ReportProcess& process, const std::vector<ReportFrame>& frames)
      : process_(process), frames_(frames) {}

  // Requires: called for the sites with the most bytes first.
  void add(std::uint32_t site, std::uint64_t bytes, std::uint64_t blocks) {
    const auto [place, is_new] = sums_.try_emplace(place_of(process_.sites[site], frames_));
    if (is_new) place->second.site = site;
    place->second.bytes += bytes;
    place->second.blocks += blocks;
  }

  Places largest_first() const {
    Places places(sums_.begin(), sums_.end());
    std::stable_sort(places.begin(), places.end(),
                     [](const auto& a, const auto& b) { return a.second.bytes > b.second.bytes; });
    return places;
  }

 private:
  const ReportProcess& process_;
  const std::vector<ReportFrame>& frames_;
  std::map<std::string, PlaceSum> sums_;
};

ReportFinding finding_of(const ReportSpike& spike, const ReportProcess& process, const Places& places) {
  const std::uint64_t rise = spike.top_bytes - spike.from_bytes;
  ReportFinding finding;
  finding.kind = "spike";
  finding.severity = Severity::kGood;
  finding.bytes = rise;
  finding.title = "The heap rose by " + format_bytes(rise) + " within " +
                  format_duration(spike.top_ns - spike.begin_ns) + ", " + format_duration(spike.begin_ns) +
                  " into the run, and " + (spike.end_ns ? "fell back" : "stayed there");
  if (!places.empty()) {
    const auto& [place, sum] = places.front();
    finding.site = sum.site;
    finding.blocks = sum.blocks;
    finding.title += ": " + percent_of(sum.bytes, rise) + " of it was allocated in " + place;
  }
  finding.evidence = {{"from", format_bytes(spike.from_bytes)}, {"to", format_bytes(spike.top_bytes)}};
  if (spike.end_ns)
    finding.evidence.emplace_back("half of it gone after", format_duration(*spike.end_ns - spike.begin_ns));
  if (spike.top_bytes == process.totals.peak_bytes) finding.evidence.emplace_back("this is", "the peak of the run");
  for (std::size_t i = 1; i < std::min<std::size_t>(places.size(), 3); ++i) {
    finding.evidence.emplace_back(i == 1 ? "also" : "and",
                                  places[i].first + ", " + percent_of(places[i].second.bytes, rise));
  }
  finding.advice = spike.end_ns ? "Where this peak decides how much memory the program needs: work in smaller "
                                  "pieces there, or free earlier what is done with."
                                : "Look whether all of this is meant to be kept from then on.";
  return finding;
}

std::string region_text(const ReportPageRegion& region) {
  return format_bytes(region.idle_bytes) + " in " + format_count(region.sparse_pages) + " of " +
         format_count(region.pages) + " pages";
}

void add_pages(const ReportResidency& residency, ReportProcess& process,
               const std::vector<ReportFrame>& frames, ReportFinding& finding) {
  std::uint64_t idle = 0;
  for (const ReportPageRegion& region : residency.regions) idle += region.idle_bytes;
  if (idle < kWorthTelling) {
    finding.evidence.emplace_back("between live blocks", format_bytes(idle));
    finding.advice =
        "No leak: the allocator keeps freed memory for later. malloc_trim(0) gives it back; fewer arenas "
        "(MALLOC_ARENA_MAX) and a lower M_TRIM_THRESHOLD keep less.";
    return;
  }
  finding.evidence.emplace_back("between live blocks", format_bytes(idle) + " on pages less than half in use");
  const std::size_t arenas =
      static_cast<std::size_t>(std::count_if(residency.regions.begin(), residency.regions.end(),
                                             [](const auto& one) { return one.kind != "main heap"; }));
  for (const ReportPageRegion& region : residency.regions) {
    if (region.kind == "main heap") finding.evidence.emplace_back("main heap", region_text(region));
  }
  if (arenas != 0) finding.evidence.emplace_back("other arenas", format_count(arenas));
  PlaceSums sums(process, frames);
  for (const ReportPagePins& pins : residency.pins) sums.add(pins.site, pins.idle_bytes, pins.sparse_pages);
  const Places places = sums.largest_first();
  if (!places.empty()) {
    const auto& [place, sum] = places.front();
    finding.site = sum.site;
    finding.blocks = process.sites[sum.site].live_blocks;
    finding.title += "; blocks of " + place + " keep " + format_bytes(sum.bytes) + " of it";
  }
  finding.advice =
      "No leak: a few live blocks on each page keep the page. Allocate what lives long apart from what does "
      "not (an arena or a pool of its own, or before the rest), or free both together.";
}

}  // namespace

std::vector<ReportSpike> spikes_of(const std::vector<Spike>& spikes,
                                   const std::vector<std::uint32_t>& report_site) {
  std::vector<ReportSpike> result;
  for (const Spike& from : spikes) {
    ReportSpike& to = result.emplace_back();
    to.begin_ns = from.begin_ns;
    to.top_ns = from.top_ns;
    to.end_ns = from.end_ns;
    to.from_bytes = from.from_bytes;
    to.top_bytes = from.top_bytes;
    for (const SiteLive& site : from.sites) {
      if (to.sites.size() == kMostSites) break;
      const std::uint32_t id = report_site[site.site];
      if (id != kNotShown) to.sites.push_back({id, site.live.blocks, site.live.bytes});
    }
  }
  return result;
}

ReportResidency residency_of(const Residency& from, const std::optional<PageCensus>& pages,
                             const std::vector<std::uint32_t>& report_site) {
  ReportResidency to;
  to.time_ns = from.time_ns;
  to.rss_bytes = from.rss_bytes;
  to.anonymous_bytes = from.anonymous_bytes;
  to.heap_bytes = from.heap_bytes;
  to.mapped_bytes = from.mapped_bytes;
  to.beyond_bytes = from.beyond_bytes;
  to.keeps_freed = from.keeps_freed;
  if (from.growth)
    to.growth = ReportRate{from.growth->slope_per_s, from.growth->low_per_s, from.growth->high_per_s, 0};
  if (!pages) return to;
  for (const PageRegion& region : pages->regions) {
    to.regions.push_back({region.is_main_heap ? "main heap" : "arena", region.begin, region.end, region.pages,
                          region.sparse_pages, region.used_bytes, region.idle_bytes});
  }
  for (const PagePins& pins : pages->pins) {
    const std::uint32_t id = report_site[pins.site];
    if (id != kNotShown) to.pins.push_back({id, pins.sparse_pages, pins.idle_bytes});
  }
  const auto more_idle = [](const auto& a, const auto& b) { return a.idle_bytes > b.idle_bytes; };
  std::stable_sort(to.regions.begin(), to.regions.end(), more_idle);
  std::stable_sort(to.pins.begin(), to.pins.end(), more_idle);
  if (to.regions.size() > kMostRegions) to.regions.resize(kMostRegions);
  if (to.pins.size() > kMostSites) to.pins.resize(kMostSites);
  return to;
}

void note_spikes(ReportProcess& process, const std::vector<ReportFrame>& frames) {
  for (const ReportSpike& spike : process.spikes) {
    PlaceSums sums(process, frames);
    for (const ReportSnapshotSite& site : spike.sites) sums.add(site.site, site.bytes, site.blocks);
    process.findings.push_back(finding_of(spike, process, sums.largest_first()));
  }
}

void note_fragmentation(ReportProcess& process, const std::vector<ReportFrame>& frames) {
  if (!process.residency) return;
  const ReportResidency& residency = *process.residency;
  if (!residency.keeps_freed && !residency.growth) return;
  ReportFinding finding;
  finding.kind = "fragmentation";
  finding.severity = Severity::kGood;
  finding.bytes = residency.beyond_bytes;
  if (residency.growth) {
    finding.title = "Resident memory grows by " + format_bytes_per_second(residency.growth->bytes_per_s) +
                    ", the heap does not: " + format_bytes(residency.beyond_bytes) +
                    " belong to no live block";
  } else {
    finding.title = "Of " + format_bytes(residency.anonymous_bytes) + " resident, " +
                    format_bytes(residency.beyond_bytes) + " were freed by the program but are kept";
  }
  finding.evidence = {{"resident", format_bytes(residency.rss_bytes) + ", of that anonymous " +
                                       format_bytes(residency.anonymous_bytes)},
                      {"live heap", format_bytes(residency.heap_bytes)}};
  if (residency.mapped_bytes != 0)
    finding.evidence.emplace_back("own mappings", format_bytes(residency.mapped_bytes));
  add_pages(residency, process, frames, finding);
  process.findings.push_back(std::move(finding));
}

}  // namespace leak::scan
