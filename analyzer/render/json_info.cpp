#include "render/info_renderer.h"
#include "render/json_parts.h"

namespace leak::scan {

namespace {

template <class Items>
Json array_of(const Items& items) {
  Json array = Json::array();
  for (const auto& item : items) array.push_back(json_of(item));
  return array;
}

Json json_of(const TraceInfo::Columns& columns) {
  Json parts = Json::array();
  for (const TraceInfo::Part& part : columns.parts) {
    Json part_json = {{"name", part.name}, {"stored_bytes", part.stored_bytes}};
    if (part.coded_bytes != 0) part_json["uncompressed_bytes"] = part.coded_bytes;
    parts.push_back(std::move(part_json));
  }
  return {{"parts", std::move(parts)},
          {"chunks", columns.chunks},
          {"predicted_chunks", columns.predicted_chunks}};
}

Json json_of(const TraceInfo& info) {
  const ProcessInfo& process = info.process;
  Json drops = Json::object();
  for (const ReportNamedCount& drop : info.drops) drops[drop.name] = drop.count;
  Json info_json = {{"trace", process.trace_path},
                    {"file_bytes", info.file_bytes},
                    {"has_journal", info.has_journal},
                    {"hook_version", process.hook_version},
                    {"exe", process.exe},
                    {"argv", process.argv},
                    {"working_directory", process.working_directory},
                    {"settings", process.settings},
                    {"pid", process.pid},
                    {"parent_pid", process.parent_pid},
                    {"forked_from", process.forked_from},
                    {"start_time_unix_ns", process.start_time_unix_ns},
                    {"duration_ns", process.duration_ns},
                    {"allocator", process.allocator},
                    {"end", {{"kind", info.end_kind}, {"code", process.end_code}}},
                    {"events", info.events},
                    {"event_chunks", info.event_chunks},
                    {"dropped_events", info.diagnostics.dropped_events},
                    {"drops", std::move(drops)},
                    {"failed_allocations", info.failed_allocations},
                    {"nested_maps", info.nested_maps},
                    {"deferred_events", info.deferred_events},
                    {"program_counters", info.program_counters},
                    {"samples", info.samples},
                    {"markers", info.markers},
                    {"forked_children", info.forked_children},
                    {"threads", array_of(info.threads)},
                    {"modules", array_of(info.modules)},
                    {"diagnostics", json_of(info.diagnostics)}};
  const TraceInfo::BackPressure& waits = info.back_pressure;
  info_json["back_pressure"] = {
      {"waits", waits.waits}, {"wait_ns", waits.wait_ns}, {"cpu_ns", waits.cpu_ns}};
  for (const SamplingPeriod& period : info.sampling) {
    info_json["sampling"].push_back({{"from_ns", period.from_ns},
                                     {"sample_bytes", period.sample_bytes},
                                     {"budget_permille", period.budget_permille},
                                     {"measured_permille", period.measured_permille}});
  }
  if (info.columns) info_json["columns"] = json_of(*info.columns);
  if (process.memory_limit_bytes != 0) info_json["memory_limit_bytes"] = process.memory_limit_bytes;
  Json resources = Json::object();
  if (info.descriptors_at_start) resources["descriptors_at_start"] = *info.descriptors_at_start;
  if (info.descriptors_at_end) resources["descriptors_at_end"] = *info.descriptors_at_end;
  if (info.threads_at_end) resources["threads_at_end"] = *info.threads_at_end;
  if (!resources.empty()) info_json["resources"] = std::move(resources);
  if (info.stack_checks) {
    info_json["stack_checks"] = {{"checked", info.stack_checks->checked},
                                 {"mismatches", info.stack_checks->mismatches},
                                 {"guessed", info.stack_checks->guessed},
                                 {"undecided", info.stack_checks->undecided}};
  }
  return info_json;
}

}  // namespace

void render_info_json(const std::vector<TraceInfo>& traces, std::ostream& out) {
  Json json;
  if (traces.size() == 1) {
    json = json_of(traces.front());
  } else {
    json = Json::array();
    for (const TraceInfo& info : traces) json.push_back(json_of(info));
  }
  out << json.dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
}

}  // namespace leak::scan
