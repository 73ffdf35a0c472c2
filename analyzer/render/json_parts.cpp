#include "render/json_parts.h"

#include <string>
#include <string_view>
#include <utility>

#include "base/text.h"

namespace leak::scan {

namespace {

Json ids_of(const std::vector<FrameId>& stack) {
  Json ids = Json::array();
  for (const FrameId id : stack) ids.push_back(id.value);
  return ids;
}

void add_sampled(const std::optional<ReportSampled>& sampled, Json& json) {
  if (!sampled) return;
  json["recorded_live_blocks"] = sampled->recorded_live_blocks;
  json["live_bytes_error"] = sampled->live_bytes_error;
  json["allocated_bytes_error"] = sampled->allocated_bytes_error;
}

}  // namespace

const char* json_name(Severity severity) {
  switch (severity) {
    case Severity::kGood:
      return "good";
    case Severity::kWarning:
      return "warning";
    case Severity::kCritical:
      break;
  }
  return "critical";
}

Json json_of(const ReportFrame& frame, std::size_t id) {
  Json json = {{"id", id},
          {"function", frame.function},
          {"file", frame.file},
          {"line", frame.line},
          {"module", frame.module},
          {"address", hex_text(frame.address)},
          {"inlined", frame.inlined},
          {"system", frame.system}};
  if (frame.source) json["source"] = {{"first_line", frame.source->first_line}, {"lines", frame.source->lines}};
  return json;
}

Json json_of(const ReportSite& site) {
  Json json = {{"id", site.id}, {"stack", ids_of(site.stack)}};
  if (site.blamed) json["blamed"] = site.blamed->value;
  json["allocations"] = site.allocations;
  json["allocated_bytes"] = site.allocated_bytes;
  json["deallocations"] = site.deallocations;
  json["live_blocks"] = site.live_blocks;
  json["live_bytes"] = site.live_bytes;
  json["peak_blocks"] = site.peak_blocks;
  json["peak_bytes"] = site.peak_bytes;
  json["temporary_allocations"] = site.temporary_allocations;
  if (!site.threads.empty()) json["threads"] = site.threads;
  if (site.more_threads) json["more_threads"] = true;
  if (site.inherited_bytes != 0) json["inherited_bytes"] = site.inherited_bytes;
  add_sampled(site.sampled, json);
  if (site.growth) {
    Json growth = {{"slope_bytes_per_s", site.growth->slope_bytes_per_s},
                   {"slope_low_bytes_per_s", site.growth->slope_low_bytes_per_s},
                   {"slope_high_bytes_per_s", site.growth->slope_high_bytes_per_s},
                   {"confidence", site.growth->confidence}};
    if (!site.growth->verdict.empty()) growth["verdict"] = site.growth->verdict;
    json["growth"] = std::move(growth);
  }
  add_graph_of(site, json);
  json["live_bytes_over_time"] = site.live_bytes_over_time;
  return json;
}

Json json_of(const ReportMappingSite& site) {
  Json json = {{"stack", ids_of(site.stack)}};
  if (site.blamed) json["blamed"] = site.blamed->value;
  json["maps"] = site.maps;
  json["mapped_bytes"] = site.mapped_bytes;
  json["live_bytes"] = site.live_bytes;
  if (site.lost) json["lost"] = json_of(*site.lost);
  return json;
}

Json json_of(const ReportFinding& finding) {
  Json evidence = Json::object();
  for (const auto& [name, value] : finding.evidence) evidence[name] = value;
  Json json = {{"kind", finding.kind},
               {"severity", json_name(finding.severity)},
               {"title", finding.title},
               {"bytes", finding.bytes},
               {"blocks", finding.blocks}};
  if (finding.site) json["site"] = *finding.site;
  if (finding.cycle) json["cycle"] = *finding.cycle;
  if (finding.growth) json["growth"] = json_of(*finding.growth);
  if (finding.limit_met) json["limit_met"] = json_of(*finding.limit_met);
  json["evidence"] = std::move(evidence);
  json["advice"] = finding.advice;
  if (finding.pattern) {
    json["pattern"] = {{"kind", finding.pattern->kind},
                       {"name", finding.pattern->name},
                       {"confidence", finding.pattern->confidence},
                       {"evidence", finding.pattern->evidence}};
  }
  return json;
}

Json json_of(const ReportPatternPage& page) {
  return {{"kind", page.kind},       {"name", page.name},
          {"summary", page.summary}, {"recognised_by", page.recognised_by},
          {"bad", page.bad},         {"good", page.good},
          {"advice", page.advice},   {"related", page.related}};
}

Json json_of(const ReportTotals& totals) {
  Json json = {{"events", totals.events},
               {"allocations", totals.allocations},
               {"deallocations", totals.deallocations},
               {"allocated_bytes", totals.allocated_bytes},
               {"live_blocks", totals.live_blocks},
               {"live_bytes", totals.live_bytes},
               {"peak_bytes", totals.peak_bytes},
               {"peak_blocks", totals.peak_blocks},
               {"peak_time_ns", totals.peak_time_ns},
               {"temporary_allocations", totals.temporary_allocations},
               {"failed_allocations", totals.failed_allocations}};
  add_sampled(totals.sampled, json);
  return json;
}

Json json_of(const std::vector<ReportSamplingPeriod>& sampling) {
  Json periods = Json::array();
  for (const ReportSamplingPeriod& period : sampling) {
    Json one = {{"from_ns", period.from_ns}, {"sample_bytes", period.sample_bytes}};
    if (period.budget_permille != 0) {
      one["budget_permille"] = period.budget_permille;
      one["measured_permille"] = period.measured_permille;
    }
    periods.push_back(std::move(one));
  }
  return {{"confidence", 0.99}, {"periods", std::move(periods)}};
}

Json json_of(const ReportTimeline& timeline) {
  return {{"time_ns", timeline.time_ns},
          {"heap_bytes", timeline.heap_bytes},
          {"heap_max_bytes", timeline.heap_max_bytes},
          {"blocks", timeline.blocks},
          {"mapped_bytes", timeline.mapped_bytes},
          {"rss_bytes", timeline.rss_bytes},
          {"anonymous_bytes", timeline.anonymous_bytes}};
}

Json json_of(const ReportSnapshot& snapshot) {
  Json sites = Json::array();
  for (const ReportSnapshotSite& site : snapshot.sites) {
    sites.push_back({{"site", site.site}, {"blocks", site.blocks}, {"bytes", site.bytes}});
  }
  return {{"label", snapshot.label},
          {"automatic", snapshot.automatic},
          {"time_ns", snapshot.time_ns},
          {"heap_bytes", snapshot.heap_bytes},
          {"blocks", snapshot.blocks},
          {"rss_bytes", snapshot.rss_bytes},
          {"mapped_bytes", snapshot.mapped_bytes},
          {"sites", std::move(sites)}};
}

Json json_of(const ReportComparison& comparison) {
  Json sites = Json::array();
  for (const ReportSiteChange& change : comparison.sites) {
    sites.push_back({{"site", change.site}, {"bytes", change.bytes}, {"blocks", change.blocks}});
  }
  return {{"from_label", comparison.from_label},
          {"to_label", comparison.to_label},
          {"from_ns", comparison.from_ns},
          {"to_ns", comparison.to_ns},
          {"heap_bytes", comparison.heap_bytes},
          {"blocks", comparison.blocks},
          {"sites", std::move(sites)}};
}

Json json_of(const ReportModule& module) {
  Json epochs = Json::array();
  for (const ReportModule::Epoch& epoch : module.epochs) {
    Json one = {{"map_start", hex_text(epoch.map_start)},
                {"map_end", hex_text(epoch.map_end)},
                {"from_ns", epoch.from_ns}};
    if (epoch.to_ns) one["to_ns"] = *epoch.to_ns;
    epochs.push_back(std::move(one));
  }
  return {{"path", module.path}, {"build_id", module.build_id}, {"epochs", std::move(epochs)}};
}

Json json_of(const ReportThread& thread) {
  return {{"tid", thread.tid},
          {"name", thread.name},
          {"allocations", thread.allocations},
          {"allocated_bytes", thread.allocated_bytes}};
}

Json json_of(const ReportTop& top) {
  return {{"live", top.live},           {"peak", top.peak},     {"allocations", top.allocations},
          {"temporary", top.temporary}, {"growth", top.growth}, {"lost", top.lost}};
}

Json json_of(const ReportNamedCount& count) { return {{"name", count.name}, {"count", count.count}}; }

Json json_of(const ReportLifetimeClass& lifetime) {
  return {{"min_ns", lifetime.min_ns}, {"blocks", lifetime.blocks}, {"bytes", lifetime.bytes}};
}

Json json_of(const ReportSizeClass& size_class) {
  return {{"min_bytes", size_class.min_bytes},
          {"allocations", size_class.allocations},
          {"allocated_bytes", size_class.allocated_bytes}};
}

Json json_of(const Diagnostics& diagnostics) {
  Json json = {{"dropped_events", diagnostics.dropped_events},
               {"torn_frames", diagnostics.torn_frames},
               {"skipped_bytes", diagnostics.skipped_bytes},
               {"truncated", diagnostics.truncated},
               {"recovered_from_journal", diagnostics.recovered_from_journal},
               {"recovered_events", diagnostics.recovered_events},
               {"unknown_records", diagnostics.unknown_records},
               {"unknown_frees", diagnostics.unknown_frees},
               {"double_allocations", diagnostics.double_allocations}};
  if (diagnostics.first_damage_offset) json["first_damage_offset"] = *diagnostics.first_damage_offset;
  json["warnings"] = diagnostics.warnings;
  return json;
}

Json json_head_of(const ReportProcess& process) {
  Json json = {{"trace", process.trace_path},
               {"exe", process.exe},
               {"argv", process.argv},
               {"pid", process.pid},
               {"parent_pid", process.parent_pid}};
  if (process.parent) json["parent"] = *process.parent;
  json["depth"] = process.depth;
  if (!process.forked_from.empty()) {
    json["forked_from"] = process.forked_from;
    json["fork_time_ns"] = process.fork_time_ns;
  }
  json["start_time_unix_ns"] = process.start_time_unix_ns;
  json["duration_ns"] = process.duration_ns;
  json["allocator"] = process.allocator;
  json["end"] = {{"kind", process.end_kind}, {"code", process.end_code}};
  return json;
}

}  // namespace leak::scan
