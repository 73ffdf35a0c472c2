#include <iomanip>
#include <sstream>

#include "base/units.h"
#include "render/info_renderer.h"
#include "render/text_style.h"

namespace leak::scan {

namespace {

class FactWriter {
 public:
  explicit FactWriter(std::ostream& out) : out_(out) {}

  void fact(std::string_view label, const std::string& text) {
    if (!text.empty()) out_ << "  " << std::left << std::setw(14) << label << style_.fit(text, 0) << '\n';
  }
  void line(const std::string& text) { out_ << "    " << style_.fit(text, 0) << '\n'; }

 private:
  std::ostream& out_;
  TextStyle style_{TextOptions{false, 0, 0}};  // never cut: this is for looking things up
};

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

void write_process(const TraceInfo& info, FactWriter& writer) {
  const ProcessInfo& process = info.process;
  writer.fact("program", process.exe);
  writer.fact("command", joined(process.argv));
  writer.fact("directory", process.working_directory);
  writer.fact("pid", std::to_string(process.pid) + ", parent " + std::to_string(process.parent_pid));
  writer.fact("forked from", process.forked_from);
  writer.fact("ran for", format_duration(process.duration_ns));
  const bool has_code = info.end_kind == "exited" || info.end_kind == "signaled";
  writer.fact("end", has_code ? info.end_kind + " " + std::to_string(process.end_code) : info.end_kind);
  writer.fact("allocator", process.allocator);
  if (process.memory_limit_bytes != 0)
    writer.fact("memory limit", format_bytes(process.memory_limit_bytes) + " (control group)");
  writer.fact("recorder", process.hook_version);
  writer.fact("settings", joined(process.settings));
}

void write_counts(const TraceInfo& info, FactWriter& writer) {
  writer.fact("size", format_bytes(info.file_bytes) + (info.has_journal ? ", with a journal" : ""));
  writer.fact("events", format_count(info.events) + " in " + format_count(info.event_chunks) + " chunks");
  std::string drops = format_count(info.diagnostics.dropped_events);
  for (const ReportNamedCount& drop : info.drops) drops += ", " + format_count(drop.count) + " " + drop.name;
  writer.fact("dropped", drops);
  writer.fact("damage", format_count(info.diagnostics.torn_frames) + " torn frames, " +
                            format_bytes(info.diagnostics.skipped_bytes) + " unreadable");
  writer.fact("code places", format_count(info.program_counters));
  writer.fact("samples", format_count(info.samples));
  if (info.stack_checks) {
    writer.fact("stacks", format_count(info.stack_checks->checked) + " compared with libunwind, " +
                              format_count(info.stack_checks->mismatches) + " different");
  }
  std::string resources;
  const auto add = [&resources](const std::optional<std::uint64_t>& count, const std::string& what) {
    if (count) resources += (resources.empty() ? "" : ", ") + format_count(*count) + " " + what;
  };
  add(info.descriptors_at_start, "descriptors open at the start");
  add(info.descriptors_at_end, "at the end");
  add(info.threads_at_end, "threads alive at the end");
  writer.fact("resources", resources);
  for (const SamplingPeriod& period : info.sampling) {
    writer.fact("sample", "1 block per " + format_bytes(period.sample_bytes) + ", from " +
                              format_duration(period.from_ns) + " on" +
                              (period.budget_permille == 0 ? "" : ", to keep the CPU budget"));
  }
  if (info.back_pressure.waits != 0) {
    writer.fact("waited", format_count(info.back_pressure.waits) + " times for the recorder, " +
                              format_duration(info.back_pressure.wait_ns));
  }
  writer.fact("markers", joined(info.markers));
}

std::string column_line(std::string_view name, const std::string& stored, const std::string& coded,
                        const std::string& per_event) {
  std::ostringstream line;
  line << std::left << std::setw(15) << name << std::right << std::setw(12) << stored << std::setw(14) << coded
       << std::setw(12) << per_event;
  return line.str();
}

std::string bytes_per_event(std::uint64_t bytes, std::uint64_t events) {
  if (events == 0) return "";
  std::ostringstream text;
  text << std::fixed << std::setprecision(3) << static_cast<double>(bytes) / static_cast<double>(events);
  return text.str();
}

void write_columns(const TraceInfo& info, FactWriter& writer) {
  const TraceInfo::Columns& columns = *info.columns;
  writer.line(column_line("", "in the file", "uncompressed", "B an event"));
  std::uint64_t stored = 0;
  for (const TraceInfo::Part& part : columns.parts) {
    stored += part.stored_bytes;
    writer.line(column_line(part.name, format_bytes(part.stored_bytes),
                            part.coded_bytes == 0 ? "" : format_bytes(part.coded_bytes),
                            bytes_per_event(part.stored_bytes, info.events)));
  }
  writer.line(column_line("together", format_bytes(stored), "", bytes_per_event(stored, info.events)));
  writer.line("addresses are predicted in " + format_count(columns.predicted_chunks) + " of " +
              format_count(columns.chunks) + " chunks");
}

}  // namespace

void render_info_text(const std::vector<TraceInfo>& traces, std::ostream& out) {
  FactWriter writer(out);
  for (const TraceInfo& info : traces) {
    if (&info != &traces.front()) out << '\n';
    out << info.process.trace_path << '\n';
    write_process(info, writer);
    write_counts(info, writer);
    if (info.columns) {
      out << "  columns\n";
      write_columns(info, writer);
    }
    out << "  threads\n";
    for (const ReportThread& thread : info.threads) {
      std::string line = std::to_string(thread.tid);
      writer.line(line.append(" ").append(thread.name));
    }
    out << "  modules\n";
    for (const ReportModule& module : info.modules) {
      writer.line(module.build_id.empty() ? module.path : module.path + "  " + module.build_id);
    }
    for (const std::string& warning : info.diagnostics.warnings) out << "  note: " << warning << '\n';
  }
}

}  // namespace leak::scan
