// `leakscan info`: everything from meta records and the list of chunks; no event is decoded. The columns are
// decompressed where their sizes are asked for.
#include <array>
#include <filesystem>
#include <utility>

#include "decode/column_sizes.h"
#include "decode/trace_reader.h"
#include "inspect.h"
#include "render/info_renderer.h"
#include "replay/pc_tables.h"
#include "replay/process_info.h"
#include "report/process_facts.h"
#include "report/trace_info.h"

namespace leak::scan {

namespace {

// By trace::DropReason.
constexpr std::array<const char*, trace::kDropReasonCount> kDropNames = {"signal_handler", "disk_full",
                                                                         "write_error", "quota", "no_memory"};

void add_counters(const TraceMeta& meta, TraceInfo& info) {
  if (!meta.counters) return;
  info.failed_allocations = meta.counters->failed_allocations;
  info.nested_maps = meta.counters->nested_maps;
  info.deferred_events = meta.counters->deferred;
  for (std::size_t i = 0; i != kDropNames.size(); ++i) {
    if (meta.counters->dropped[i] != 0) info.drops.push_back({kDropNames[i], meta.counters->dropped[i]});
  }
}

void add_back_pressure(const TraceMeta& meta, TraceInfo& info) {
  if (!meta.back_pressure) return;
  const trace::BackPressureRecord& record = *meta.back_pressure;
  info.back_pressure = {record.waits, record.wait_ns, record.cpu_ns};
  if (std::optional<std::string> warning = warning_about(info.back_pressure)) {
    info.diagnostics.warnings.push_back(*std::move(warning));
  }
}

// By trace::Column.
constexpr std::array<const char*, trace::kColumnCount> kColumnNames = {
    "operation", "time",       "address", "freed address", "size",
    "stack",     "new frames", "extra",   "time runs",     "dictionary"};

void add_columns(const TraceReader& reader, TraceInfo& info) {
  const TraceSizes sizes = measure_columns(reader, info.diagnostics);
  TraceInfo::Columns columns{{}, sizes.chunks, sizes.predicted_chunks};
  for (std::size_t i = 0; i != kColumnNames.size(); ++i) {
    columns.parts.push_back({kColumnNames[i], sizes.columns[i].stored, sizes.columns[i].coded});
  }
  columns.parts.push_back({"thread, heads", sizes.heads.stored, sizes.heads.coded});
  columns.parts.push_back({"heap graphs", sizes.graph_bytes, 0});
  columns.parts.push_back({"all else", sizes.other_bytes, 0});
  info.columns = std::move(columns);
}

void add_chunks(const TraceReader& reader, TraceInfo& info) {
  for (const EventChunkRef& chunk : reader.event_chunks()) {
    ++info.event_chunks;
    info.events += chunk.frame.item_count;
  }
}

TraceInfo info_of(const std::string& path, bool with_columns) {
  TraceInfo info;
  const TraceReader reader = TraceReader::open(open_trace_files(path), info.diagnostics);
  const TraceMeta& meta = reader.meta();
  const TraceClock clock(reader);
  info.process = describe_process(reader, clock.ns_at(reader.last_ticks()), info.diagnostics);
  info.end_kind = end_kind_of(info.process);
  std::error_code unknown_size;
  info.file_bytes = std::filesystem::file_size(path, unknown_size);
  if (unknown_size) info.file_bytes = 0;
  info.has_journal = reader.journal().has_value();
  add_chunks(reader, info);
  add_counters(meta, info);
  add_back_pressure(meta, info);
  for (const trace::SamplingRecord& rate : meta.sampling) {
    info.sampling.push_back(
        {clock.ns_at(rate.header.ticks), rate.sample_bytes, rate.budget_permille, rate.measured_permille});
  }
  if (with_columns) add_columns(reader, info);
  if (meta.stack_checks) {
    info.stack_checks = {meta.stack_checks->checked, meta.stack_checks->mismatches,
                         meta.stack_checks->guessed, meta.stack_checks->undecided};
  }
  if (meta.descriptors_at_start) info.descriptors_at_start = meta.descriptors_at_start->size();
  if (meta.descriptors_at_end) info.descriptors_at_end = meta.descriptors_at_end->size();
  if (meta.live_threads) info.threads_at_end = meta.live_threads->size();
  info.program_counters = meta.pcs.size();
  info.samples = meta.samples.size();
  for (const MarkerMeta& marker : meta.markers) info.markers.push_back(marker.label);
  for (const trace::ChildRecord& child : meta.children) info.forked_children.push_back(child.child_pid);
  for (const Thread& thread : list_threads(meta, clock))
    info.threads.push_back({thread.tid.value, thread.name, 0, 0});
  PcTables tables;
  tables.add(meta, clock);
  info.modules = modules_of(tables.modules());
  return info;
}

}  // namespace

void print_info(const std::vector<std::string>& traces, const InfoOptions& options, std::ostream& out) {
  std::vector<TraceInfo> infos;
  for (const std::string& trace : traces) infos.push_back(info_of(trace, options.columns));
  (options.json ? render_info_json : render_info_text)(infos, out);
}

}  // namespace leak::scan
