// The parts of the JSON report that come from heap graphs.
#include <string>
#include <utility>

#include "render/json_parts.h"

namespace leak::scan {

namespace {

template <class Item>
Json list_of(const std::vector<Item>& items) {
  Json list = Json::array();
  for (const Item& item : items) list.push_back(json_of(item));
  return list;
}

Json json_of_view(const ReportGraphView& view) {
  Json json = json_of(view.blocks);
  json["when"] = view.when;
  json["time_ns"] = view.time_ns;
  json["mappings"] = json_of(view.mappings);
  json["runtime"] = json_of(view.runtime);
  json["stop"] = view.stop;
  json["pause_ns"] = view.pause_ns;
  json["threads_missed"] = view.threads_missed;
  json["skipped_bytes"] = view.skipped_bytes;
  return json;
}

}  // namespace

Json json_of(const ReportCount& count) { return {{"blocks", count.blocks}, {"bytes", count.bytes}}; }

Json json_of(const ReportClasses& classes) {
  return {{"definitely_lost", json_of(classes.definitely_lost)},
          {"indirectly_lost", json_of(classes.indirectly_lost)},
          {"possibly_lost", json_of(classes.possibly_lost)},
          {"possibly_lost_encoded", json_of(classes.possibly_lost_encoded)},
          {"still_reachable", json_of(classes.still_reachable)}};
}

Json json_of(const ReportTypeCount& type) {
  return {{"name", type.name},
          {"blocks", type.blocks},
          {"bytes", type.bytes},
          {"lost_blocks", type.lost_blocks},
          {"lost_bytes", type.lost_bytes}};
}

Json json_of(const ReportHeld& held) {
  return {{"root", held.root}, {"kind", held.kind}, {"blocks", held.blocks}, {"bytes", held.bytes}};
}

Json json_of(const ReportPath& path) {
  Json steps = Json::array();
  for (const ReportPathStep& step : path.steps) {
    Json one = {{"type", step.type}, {"size", step.size}, {"offset", step.offset}};
    if (step.site) one["site"] = *step.site;
    steps.push_back(std::move(one));
  }
  return {{"root", path.root}, {"steps", std::move(steps)}};
}

Json json_of(const ReportTruth& truth) {
  Json json = json_of_view(truth.last());
  json["scanned"] = true;
  Json views = Json::array();
  for (const ReportGraphView& view : truth.views) views.push_back(json_of_view(view));
  json["views"] = std::move(views);
  return json;
}

Json json_of(const ReportCycle& cycle) {
  Json blocks = Json::array();
  for (const ReportCycleBlock& block : cycle.blocks) {
    Json one = {{"type", block.type}, {"size", block.size}};
    if (block.site) one["site"] = *block.site;
    if (block.use_count) one["use_count"] = *block.use_count;
    if (block.weak_count) one["weak_count"] = *block.weak_count;
    blocks.push_back(std::move(one));
  }
  Json edges = Json::array();
  for (const ReportCycleEdge& edge : cycle.edges) {
    edges.push_back({{"from", edge.from},
                     {"offset", edge.offset},
                     {"to", edge.to},
                     {"to_offset", edge.to_offset},
                     {"strong", edge.strong},
                     {"weak", edge.weak},
                     {"cut", edge.cut}});
  }
  return {{"id", cycle.id},
          {"instances", cycle.instances},
          {"bytes", cycle.bytes},
          {"block_count", cycle.block_count},
          {"proven", cycle.proven},
          {"owned_by_lost", cycle.owned_by_lost},
          {"blocks", std::move(blocks)},
          {"edges", std::move(edges)},
          {"advice", cycle.advice}};
}

Json json_of(const ReportRing& ring) {
  Json json = {{"instances", ring.instances},
               {"bytes", ring.bytes},
               {"block_count", ring.block_count},
               {"type", ring.type}};
  if (ring.site) json["site"] = *ring.site;
  return json;
}

Json json_of(const ReportWeaklyHeld& weak) {
  Json json = {{"type", weak.type}, {"blocks", weak.blocks}, {"bytes", weak.bytes}};
  if (weak.site) json["site"] = *weak.site;
  return json;
}

Json json_of(const ReportGraphDelta& delta) {
  Json appeared = Json::array();
  for (const ReportGraphChange& change : delta.appeared) {
    Json one = {
        {"blocks", change.blocks}, {"bytes", change.bytes}, {"retained_by", list_of(change.retained_by)}};
    if (change.site) one["site"] = *change.site;
    appeared.push_back(std::move(one));
  }
  return {{"from", delta.from}, {"to", delta.to}, {"appeared", std::move(appeared)}};
}

void add_graph_of(const ReportSite& site, Json& json) {
  if (site.lost) json["lost"] = json_of(*site.lost);
  if (site.lost_at_exit) json["lost_at_exit"] = json_of(*site.lost_at_exit);
  if (site.retained_lost) json["retained_lost"] = json_of(*site.retained_lost);
  if (!site.types.empty()) json["types"] = list_of(site.types);
  if (!site.retained_by.empty()) json["retained_by"] = list_of(site.retained_by);
  if (site.path) json["path"] = json_of(*site.path);
}

}  // namespace leak::scan
