#include "report/snapshots.h"

#include <algorithm>
#include <map>
#include <utility>

namespace leak::scan {

namespace {

// Which snapshots fit: what the user labelled first, then automatic ones evenly; order is kept.
std::vector<std::size_t> chosen_snapshots(const std::vector<Snapshot>& snapshots, std::size_t limit) {
  std::vector<std::size_t> chosen;
  std::vector<std::size_t> automatic;
  for (std::size_t i = 0; i != snapshots.size(); ++i)
    (snapshots[i].automatic ? automatic : chosen).push_back(i);
  if (chosen.size() > limit) chosen.resize(limit);
  const std::size_t room = std::min(limit - chosen.size(), automatic.size());
  for (std::size_t i = 0; i != room; ++i) {
    const std::size_t last = automatic.size() - 1;
    chosen.push_back(automatic[room == 1 ? last : i * last / (room - 1)]);
  }
  std::sort(chosen.begin(), chosen.end());
  return chosen;
}

std::int64_t difference(std::uint64_t after, std::uint64_t before) {
  return static_cast<std::int64_t>(after) - static_cast<std::int64_t>(before);
}

}  // namespace

std::vector<ReportSnapshot> snapshots_of(const HeapHistory& history,
                                         const std::vector<std::uint32_t>& report_site, std::size_t limit) {
  std::vector<ReportSnapshot> snapshots;
  for (const std::size_t index : chosen_snapshots(history.snapshots, limit)) {
    const Snapshot& from = history.snapshots[index];
    ReportSnapshot to{from.label,       from.automatic, from.time_ns,      from.heap.bytes,
                      from.heap.blocks, from.rss_bytes, from.mapped_bytes, {}};
    for (const SiteLive& site : from.sites) {
      const std::uint32_t id = report_site[site.site];
      if (id != kNotShown) to.sites.push_back({id, site.live.blocks, site.live.bytes});
    }
    std::stable_sort(to.sites.begin(), to.sites.end(),
                     [](const auto& a, const auto& b) { return a.bytes > b.bytes; });
    snapshots.push_back(std::move(to));
  }
  return snapshots;
}

std::optional<ReportComparison> compare_ends(const std::vector<ReportSnapshot>& snapshots) {
  if (snapshots.size() < 2) return std::nullopt;
  const ReportSnapshot& first = snapshots.front();
  const ReportSnapshot& last = snapshots.back();
  ReportComparison comparison;
  comparison.from_label = first.label;
  comparison.to_label = last.label;
  comparison.from_ns = first.time_ns;
  comparison.to_ns = last.time_ns;
  comparison.heap_bytes = difference(last.heap_bytes, first.heap_bytes);
  comparison.blocks = difference(last.blocks, first.blocks);

  std::map<std::uint32_t, ReportSiteChange> changes;
  for (const ReportSnapshotSite& site : last.sites) {
    changes[site.site] = {site.site, difference(site.bytes, 0), difference(site.blocks, 0)};
  }
  for (const ReportSnapshotSite& site : first.sites) {
    ReportSiteChange& change =
        changes.try_emplace(site.site, ReportSiteChange{site.site, 0, 0}).first->second;
    change.bytes -= difference(site.bytes, 0);
    change.blocks -= difference(site.blocks, 0);
  }
  for (const auto& [site, change] : changes) {
    if (change.bytes != 0 || change.blocks != 0) comparison.sites.push_back(change);
  }
  std::stable_sort(comparison.sites.begin(), comparison.sites.end(),
                   [](const ReportSiteChange& a, const ReportSiteChange& b) { return a.bytes > b.bytes; });
  return comparison;
}

}  // namespace leak::scan
