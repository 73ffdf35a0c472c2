#include "pipeline.h"

#include <unistd.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "analyses/growth.h"
#include "analyses/mapping_growth.h"
#include "base/command_error.h"
#include "cli/terminal.h"
#include "inspect.h"
#include "launch/run_program.h"
#include "output_file.h"
#include "render/collapsed_renderer.h"
#include "render/html_renderer.h"
#include "render/html_renderer.h"
#include "render/json_renderer.h"
#include "render/text_renderer.h"
#include "replay/heap_replay.h"
#include "report/build_report.h"
#include "symbols/elf_symbolizer.h"

namespace leak::scan {

namespace {

constexpr std::size_t kPlainWidth = 110;  // of a text report that goes into a file

// One line on a terminal that is rewritten, and gone at the end.
class Progress {
 public:
  explicit Progress(std::ostream& out) : out_(is_terminal(STDERR_FILENO) ? &out : nullptr) {}
  ~Progress() { say(""); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void say(const std::string& what) {
    if (out_ != nullptr) *out_ << "\r\x1b[K" << what << std::flush;
  }

 private:
  std::ostream* out_;
};

ProcessInput judged_input(const HeapHistory& history) {
  ProcessInput input{history, {}, std::nullopt};
  input.site_growth.resize(history.sites.size());
  for (const SiteGrowth& growth : measure_growth(history)) {
    input.site_growth[growth.site] = ReportGrowth{growth.slope_bytes_per_s, growth.confidence, {}};
  }
  if (const std::optional<Trend> trend = measure_mapping_growth(history)) {
    input.mapping_growth = ReportGrowth{trend->slope_per_s, trend->confidence, {}};
  }
  return input;
}

ReportModel build_model(const InputOptions& input, const ReportOptions& report, std::ostream& diagnostics) {
  Progress progress(diagnostics);
  ReplayOptions replay;
  replay.from_ns = input.from_ns;
  replay.to_ns = input.to_ns;
  replay.automatic_snapshots = input.snapshots;

  SymbolOptions symbol_options{input.debug_dirs, input.sysroot, 0};
  std::optional<ElfSymbolizer> symbolizer;
  std::optional<ReportBuilder> builder;
  for (std::size_t i = 0; i != input.traces.size(); ++i) {
    const std::string which = " " + input.traces[i] + " (" + std::to_string(i + 1) + "/" +
                              std::to_string(input.traces.size()) + ")";
    progress.say("replaying" + which);
    const HeapHistory history = replay_trace(input.traces[i], replay);
    if (!symbolizer) {
      symbol_options.recorded_unix_ns = history.process.start_time_unix_ns;
      symbolizer.emplace(symbol_options);
      builder.emplace(*symbolizer, report);
    }
    // From here on nothing reads the trace file.
    progress.say("resolving names of" + which);
    builder->add(judged_input(history));
  }
  ReportModel model = std::move(*builder).finish();
  model.tool_version = LEAKSCAN_VERSION;
  return model;
}

void write_report(const Renderer& renderer, const ReportModel& model, const std::string& path, std::ostream& out) {
  OutputFile file(path, out);
  renderer.render(model, file.stream());
  file.finish();
}

ReportOptions limits_of(const OutputOptions& output, bool only_text) {
  ReportOptions report;
  report.max_sites = output.max_sites;
  // Each of the five tables takes its rows from the leaders by its own criterion.
  constexpr std::size_t kTables = 5;
  if (only_text) report.max_sites = std::max(kTables * output.top, kTables * 20);
  if (output.all_sites) report.max_sites.reset();
  return report;
}

void write_reports(const InputOptions& input, const OutputOptions& output, std::ostream& out,
                   std::ostream& diagnostics) {
  const bool text = output.text || (output.html.empty() && output.json.empty());
  const int on_standard_output = (text ? 1 : 0) + (output.html == "-" ? 1 : 0) + (output.json == "-" ? 1 : 0);
  if (on_standard_output > 1) throw CommandError("only one report can go to standard output; give the others a file");

  const ReportModel model =
      build_model(input, limits_of(output, output.html.empty() && output.json.empty()), diagnostics);
  // From here on only renderers.
  if (!output.json.empty()) write_report(JsonRenderer(), model, output.json, out);
  if (!output.html.empty()) write_report(HtmlRenderer(), model, output.html, out);
  if (text) {
    const TextOptions style{wants_colours(STDOUT_FILENO), terminal_width(STDOUT_FILENO, kPlainWidth), output.top};
    write_report(TextRenderer(style), model, "-", out);
  }
}

int run_and_report(const Options& options, std::ostream& out, std::ostream& diagnostics) {
  const Recording recording = record_program({options.run.command, options.run.trace, options.run.settings});
  if (recording.traces.empty()) {
    throw CommandError("'" + options.run.command.front() + "' ended with code " + std::to_string(recording.exit_code) +
                       " but no trace was written: it (or what started it) cleared LD_PRELOAD, or the trace's place"
                       " is not writable");
  }
  InputOptions input = options.input;
  input.traces = recording.traces;
  const OutputOptions& output = options.output;
  if (output.text || !output.html.empty() || !output.json.empty()) {
    write_reports(input, output, out, diagnostics);
  } else {
    for (const std::string& trace : recording.traces) {
      diagnostics << "leakscan: wrote " << trace << "; see it with: leakscan analyze " << trace << '\n';
    }
  }
  return recording.exit_code;
}

void export_traces(const Options& options, std::ostream& out, std::ostream& diagnostics) {
  ReportOptions everything;
  everything.max_sites.reset();
  const ReportModel model = build_model(options.input, everything, diagnostics);
  const std::optional<Cost> cost = cost_named(options.export_cost);
  if (!cost) throw CommandError("there is no cost '" + options.export_cost + "'");
  write_report(CollapsedRenderer(*cost), model, options.export_file, out);
}

}  // namespace

int run_command(const Options& options, std::ostream& out, std::ostream& diagnostics) {
  switch (options.command) {
    case Command::kPrintText: out << options.text; break;
    case Command::kRun: return run_and_report(options, out, diagnostics);
    case Command::kAnalyze: write_reports(options.input, options.output, out, diagnostics); break;
    case Command::kInfo: print_info(options.input.traces, options.info_json, out); break;
    case Command::kDump: dump_events(options.input, options.dump, out, diagnostics); break;
    case Command::kExport: export_traces(options, out, diagnostics); break;
  }
  out.flush();
  if (!out) throw CommandError("cannot write to standard output");
  return static_cast<int>(ExitCode::kOk);
}

}  // namespace leak::scan
