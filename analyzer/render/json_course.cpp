// The course of memory in the JSON report: limits, spikes, resident memory against the heap.
#include "render/json_parts.h"

#include "base/text.h"

namespace leak::scan {

Json json_of(const ReportRate& rate) {
  Json json = {{"slope_bytes_per_s", rate.bytes_per_s}};
  if (rate.low_bytes_per_s > 0) {
    json["slope_low_bytes_per_s"] = rate.low_bytes_per_s;
    json["slope_high_bytes_per_s"] = rate.high_bytes_per_s;
  }
  if (rate.share > 0) json["share_of_growth"] = rate.share;
  return json;
}

Json json_of(const ReportForecast& forecast) {
  Json json = {{"in_ns", forecast.in_ns}};
  if (forecast.earliest_ns) json["earliest_ns"] = *forecast.earliest_ns;
  if (forecast.latest_ns) json["latest_ns"] = *forecast.latest_ns;
  return json;
}

Json json_of(const ReportLimit& limit) {
  Json json = {{"bytes", limit.bytes},
               {"source", limit.source},
               {"horizon_ns", limit.horizon_ns},
               {"used_bytes", limit.used_bytes},
               {"used", limit.used}};
  if (limit.met) {
    json["growth"] = json_of(limit.growth);
    json["met"] = json_of(*limit.met);
    json["within_horizon"] = limit.is_met;
  }
  return json;
}

Json json_of(const ReportSpike& spike) {
  Json sites = Json::array();
  for (const ReportSnapshotSite& site : spike.sites) {
    sites.push_back({{"site", site.site}, {"blocks", site.blocks}, {"bytes", site.bytes}});
  }
  Json json = {{"begin_ns", spike.begin_ns}, {"top_ns", spike.top_ns}};
  if (spike.end_ns) json["end_ns"] = *spike.end_ns;
  json["from_bytes"] = spike.from_bytes;
  json["top_bytes"] = spike.top_bytes;
  json["sites"] = std::move(sites);
  return json;
}

Json json_of(const ReportResidency& residency) {
  Json json = {{"time_ns", residency.time_ns},
               {"rss_bytes", residency.rss_bytes},
               {"anonymous_bytes", residency.anonymous_bytes},
               {"heap_bytes", residency.heap_bytes},
               {"mapped_bytes", residency.mapped_bytes},
               {"beyond_bytes", residency.beyond_bytes},
               {"keeps_freed", residency.keeps_freed}};
  if (residency.growth) json["growth"] = json_of(*residency.growth);
  if (residency.regions.empty()) return json;
  Json regions = Json::array();
  for (const ReportPageRegion& region : residency.regions) {
    regions.push_back({{"kind", region.kind},
                       {"begin", hex_text(region.begin)},
                       {"end", hex_text(region.end)},
                       {"pages", region.pages},
                       {"sparse_pages", region.sparse_pages},
                       {"used_bytes", region.used_bytes},
                       {"idle_bytes", region.idle_bytes}});
  }
  Json pins = Json::array();
  for (const ReportPagePins& one : residency.pins) {
    pins.push_back({{"site", one.site}, {"sparse_pages", one.sparse_pages}, {"idle_bytes", one.idle_bytes}});
  }
  json["regions"] = std::move(regions);
  json["pins"] = std::move(pins);
  return json;
}

}  // namespace leak::scan
