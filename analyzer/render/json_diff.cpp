#include <nlohmann/json.hpp>
#include <string>

#include "render/diff_renderers.h"

namespace leak::scan {

using Json = nlohmann::ordered_json;

namespace {

const char* json_verdict(DiffVerdict verdict) {
  switch (verdict) {
    case DiffVerdict::kNewLeak:
      return "new_leak";
    case DiffVerdict::kGrownLeak:
      return "grown_leak";
    case DiffVerdict::kFixedLeak:
      return "fixed_leak";
    case DiffVerdict::kMore:
      return "more";
    case DiffVerdict::kLess:
      return "less";
    case DiffVerdict::kSame:
      break;
  }
  return "same";
}

// Of counts and of changes alike.
template <class Figures>
Json json_of(const Figures& figures) {
  return {{"live_blocks", figures.live_blocks},        {"live_bytes", figures.live_bytes},
          {"lost_blocks", figures.lost_blocks},        {"lost_bytes", figures.lost_bytes},
          {"peak_bytes", figures.peak_bytes},          {"allocations", figures.allocations},
          {"allocated_bytes", figures.allocated_bytes}};
}

Json json_of(const DiffSide& side) {
  return {{"traces", side.traces},         {"program", side.program},         {"processes", side.processes},
          {"scanned", side.scanned},       {"duration_ns", side.duration_ns}, {"work", side.work},
          {"totals", json_of(side.totals)}};
}

}  // namespace

void render_diff_json(const DiffModel& model, std::ostream& out) {
  Json sites = Json::array();
  for (const DiffSite& site : model.sites) {
    sites.push_back({{"verdict", json_verdict(site.verdict)},
                     {"place", site.place},
                     {"fingerprint", site.fingerprint},
                     {"frames", site.frames},
                     {"before", json_of(site.before)},
                     {"after", json_of(site.after)},
                     {"change", json_of(site.change)}});
  }
  Json types = Json::array();
  for (const DiffType& type : model.types) {
    types.push_back({{"name", type.name},
                     {"before", {{"blocks", type.before_blocks}, {"bytes", type.before_bytes}}},
                     {"after", {{"blocks", type.after_blocks}, {"bytes", type.after_bytes}}},
                     {"change_bytes", type.change_bytes}});
  }
  Json document = {
      {"schema_version", 1},           {"tool", {{"name", "leakscan"}, {"version", model.tool_version}}},
      {"verdict", model.verdict},      {"before", json_of(model.before)},
      {"after", json_of(model.after)}, {"change", json_of(model.change)}};
  if (!model.unit.empty()) document["per"] = model.unit;
  document["sites"] = std::move(sites);
  document["same_sites"] = model.same_sites;
  document["types"] = std::move(types);
  out << document.dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
}

}  // namespace leak::scan
