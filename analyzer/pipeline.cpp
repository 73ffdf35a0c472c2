#include "pipeline.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "analyses/growth.h"
#include "analyses/mapping_growth.h"
#include "analyses/residency.h"
#include "analyses/spikes.h"
#include "base/command_error.h"
#include "cli/terminal.h"
#include "control/live_process.h"
#include "diff_command.h"
#include "explain_command.h"
#include "gate_command.h"
#include "graph/analyze_graph.h"
#include "inspect.h"
#include "launch/run_program.h"
#include "output_file.h"
#include "patterns/name_patterns.h"
#include "render/collapsed_renderer.h"
#include "render/html_renderer.h"
#include "render/json_renderer.h"
#include "render/text_renderer.h"
#include "replay/heap_replay.h"
#include "report/build_report.h"
#include "report/source_snippets.h"
#include "symbols/elf_symbolizer.h"

namespace leak::scan {

namespace {

constexpr std::size_t kCountedSnapshots = 1'000'000;
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
  ProcessInput input{history, {}, std::nullopt, nullptr, {}, measure_residency(history)};
  input.site_growth = measure_growth(history);
  input.mapping_growth = measure_mapping_growth(history);
  return input;
}

// Whose allocations a spike is made of takes a second look at the trace, which few traces need.
std::vector<Spike> attributed_spikes(const HeapHistory& history, const std::string& trace,
                                     ReplayOptions replay) {
  std::vector<Spike> spikes = find_spikes(history);
  if (spikes.empty()) return spikes;
  replay.automatic_snapshots = replay.timeline_points = replay.site_buckets = replay.cohorts = 0;
  replay.spans = spans_of(spikes);
  attribute_spikes(spikes, replay_trace(trace, replay), history);
  return spikes;
}

GraphOptions graph_options_of(const InputOptions& input) {
  GraphOptions options;
  if (input.roots.empty()) return options;
  const std::optional<RootSet> roots = RootSet::named(input.roots);
  if (!roots) {
    throw CommandError("--roots=" + input.roots + " names no kinds of roots; the kinds are " +
                       std::string(kRootNames));
  }
  options.roots = *roots;
  return options;
}

ReportModel build_model(const InputOptions& input, const ReportOptions& report, std::ostream& diagnostics) {
  Progress progress(diagnostics);
  ReplayOptions replay;
  replay.from_ns = input.from_ns;
  replay.to_ns = input.to_ns;
  replay.automatic_snapshots = input.snapshots;
  replay.threads = input.threads;

  const GraphOptions graph_options = graph_options_of(input);
  SymbolOptions symbol_options{input.debug_dirs, input.sysroot, 0};
  std::optional<ElfSymbolizer> symbolizer;
  std::optional<ReportBuilder> builder;
  for (std::size_t i = 0; i != input.traces.size(); ++i) {
    const std::string which = " " + input.traces[i] + " (" + std::to_string(i + 1) + "/" +
                              std::to_string(input.traces.size()) + ")";
    progress.say("replaying" + which);
    HeapHistory history = replay_trace(input.traces[i], replay);
    if (!symbolizer) {
      symbol_options.recorded_unix_ns = history.process.start_time_unix_ns;
      symbolizer.emplace(symbol_options);
      builder.emplace(*symbolizer, report);
    }
    std::vector<Spike> spikes = attributed_spikes(history, input.traces[i], replay);
    // From here on nothing reads the trace file.
    progress.say("looking for lost blocks of" + which);
    const std::optional<GraphAnalysis> graph = analyze_graphs(history, *symbolizer, graph_options);
    progress.say("resolving names of" + which);
    ProcessInput process = judged_input(history);
    if (graph) process.graph = &*graph;
    process.spikes = std::move(spikes);
    builder->add(process);
  }
  ReportModel model = std::move(*builder).finish();
  name_patterns(model);
  model.tool_version = LEAKSCAN_VERSION;
  return model;
}

void write_report(const Renderer& renderer, const ReportModel& model, const std::string& path,
                  std::ostream& out) {
  OutputFile file(path, out);
  renderer.render(model, file.stream());
  file.finish();
}

LimitChoice limit_choice_of(const LimitOptions& options) {
  LimitChoice choice;
  choice.bytes = options.bytes;
  if (options.horizon_ns) choice.horizon_ns = *options.horizon_ns;
  return choice;
}

// The same for every kind of report, so that all of them come to the same findings.
ReportOptions limits_of(const Options& options) {
  const OutputOptions& output = options.output;
  ReportOptions report;
  report.limit = limit_choice_of(options.limit);
  report.max_sites = std::max(output.max_sites, output.top);
  if (output.all_sites) report.max_sites.reset();
  return report;
}

void write_reports(const ReportModel& model, const OutputOptions& output, bool text, std::ostream& out) {
  if (!output.json.empty()) write_report(JsonRenderer(), model, output.json, out);
  if (!output.html.empty()) write_report(HtmlRenderer(), model, output.html, out);
  if (text) {
    const TextOptions style{wants_colours(STDOUT_FILENO), terminal_width(STDOUT_FILENO, kPlainWidth),
                            output.top};
    write_report(TextRenderer(style), model, "-", out);
  }
}

void refuse_mixed_reports(const OutputOptions& output, bool text) {
  const int on_standard_output = (text ? 1 : 0) + (output.html == "-" ? 1 : 0) + (output.json == "-" ? 1 : 0);
  if (on_standard_output > 1)
    throw CommandError("only one report can go to standard output; give the others a file");
}

void analyze(const Options& options, std::ostream& out, std::ostream& diagnostics) {
  const OutputOptions& output = options.output;
  const bool text = output.text || (output.html.empty() && output.json.empty());
  refuse_mixed_reports(output, text);
  const GateInput gates = load_gates(options.gate);
  ReportModel model = build_model(options.input, limits_of(options), diagnostics);
  excuse(model, gates, options.gate, diagnostics);
  if (output.source) add_sources(model, options.input.sysroot);
  // From here on only renderers.
  write_reports(model, output, text, out);
}

// Rules are about all sites, however few a report shows.
ReportOptions without_limits(const Options& options) {
  ReportOptions everything;
  everything.limit = limit_choice_of(options.limit);
  everything.max_sites.reset();
  return everything;
}

int check(const Options& options, std::ostream& out, std::ostream& diagnostics) {
  if (options.gate.print_suppressions) {
    out << built_in_suppressions();
    return static_cast<int>(ExitCode::kOk);
  }
  const GateInput gates = load_gates(options.gate);
  const ReportModel model = build_model(options.input, without_limits(options), diagnostics);
  const bool failed = judge_and_write(model, gates, options.gate, GateText::kOnOut, out, diagnostics);
  return static_cast<int>(failed ? ExitCode::kGateFailed : ExitCode::kOk);
}

int diff(const Options& options, std::ostream& out, std::ostream& diagnostics) {
  const GateInput gates = load_gates(options.gate);
  ReportOptions everything = without_limits(options);
  if (!options.diff.per_marker.empty()) everything.max_snapshots = kCountedSnapshots;
  InputOptions input = options.input;
  input.snapshots = 0;  // automatic ones
  input.traces = {options.input.traces.front()};
  const ReportModel before = build_model(input, everything, diagnostics);
  input.traces = {options.input.traces.back()};
  const ReportModel after = build_model(input, everything, diagnostics);
  const bool failed = compare_and_write(before, after, options, gates, out, diagnostics);
  return static_cast<int>(failed ? ExitCode::kGateFailed : ExitCode::kOk);
}

// Everything under a fixed name in one directory, for a job to keep; what was named stays where it was put.
Options with_artifacts(Options options) {
  const std::string& directory = options.run.artifacts;
  if (directory.empty()) return options;
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (error) throw CommandError("cannot create '" + directory + "': " + error.message());
  const auto place = [&directory](std::string& target, const char* name) {
    if (target.empty()) target = directory + "/" + name;
  };
  place(options.run.trace, "leakhook.%e.%p.zst");
  place(options.output.html, "report.html");
  place(options.output.json, "report.json");
  if (!options.gate.is_used()) return options;
  place(options.gate.junit, "junit.xml");
  place(options.gate.sarif, "leaks.sarif");
  place(options.gate.gitlab, "gl-code-quality.json");
  place(options.gate.markdown, "summary.md");
  return options;
}

int run_and_report(const Options& given, std::ostream& out, std::ostream& diagnostics) {
  const Options options = with_artifacts(given);
  const OutputOptions& output = options.output;
  refuse_mixed_reports(output, output.text);
  const GateInput gates = load_gates(options.gate);
  LaunchOptions launch{options.run.command, options.run.trace, options.run.settings};
  launch.include_children = options.run.include_children;
  const Recording recording = record_program(launch);
  if (recording.traces.empty()) {
    throw CommandError(
        "'" + options.run.command.front() + "' ended with code " + std::to_string(recording.exit_code) +
        " but no trace was written: it (or what started it) cleared LD_PRELOAD, or the trace's place"
        " is not writable");
  }
  InputOptions input = options.input;
  input.traces = recording.traces;
  bool failed = false;
  if (options.gate.is_used() || output.text || !output.html.empty() || !output.json.empty()) {
    const ReportOptions limits = options.gate.is_used() ? without_limits(options) : limits_of(options);
    ReportModel model = build_model(input, limits, diagnostics);
    if (output.source) add_sources(model, input.sysroot);
    if (options.gate.suppressions.empty()) {
      write_reports(model, output, output.text, out);
    } else {
      ReportModel excused = model;  // gates tell of suppressed leaks themselves
      std::ostringstream told_by_gates;
      excuse(excused, gates, options.gate, told_by_gates);
      write_reports(excused, output, output.text, out);
    }
    if (options.gate.is_used())
      failed = judge_and_write(model, gates, options.gate, GateText::kOnDiagnostics, out, diagnostics);
  } else {
    for (const std::string& trace : recording.traces) {
      diagnostics << "leakscan: wrote " << trace << "; see it with: leakscan analyze " << trace << '\n';
    }
  }
  // A program that failed by itself says so; its own code is the better clue.
  return failed && recording.exit_code == 0 ? static_cast<int>(ExitCode::kRunGateFailed)
                                            : recording.exit_code;
}

void export_traces(const Options& options, std::ostream& out, std::ostream& diagnostics) {
  const ReportModel model = build_model(options.input, without_limits(options), diagnostics);
  const std::optional<Cost> cost = cost_named(options.export_cost);
  if (!cost) throw CommandError("there is no cost '" + options.export_cost + "'");
  write_report(CollapsedRenderer(*cost), model, options.export_file, out);
}

}  // namespace

int run_command(const Options& options, std::ostream& out, std::ostream& diagnostics) {
  switch (options.command) {
    case Command::kPrintText:
      out << options.text;
      break;
    case Command::kRun:
      return run_and_report(options, out, diagnostics);
    case Command::kSnapshot: {
      const std::string trace =
          take_snapshot({options.snapshot.pid, options.snapshot.label, options.snapshot.graph});
      diagnostics << "leakscan: the snapshot stands in " << trace << '\n';
      break;
    }
    case Command::kAnalyze:
      analyze(options, out, diagnostics);
      break;
    case Command::kCheck:
      return check(options, out, diagnostics);
    case Command::kDiff:
      return diff(options, out, diagnostics);
    case Command::kInfo:
      print_info(options.input.traces, options.info, out);
      break;
    case Command::kDump:
      dump_events(options.input, options.dump, out, diagnostics);
      break;
    case Command::kExplain:
      explain(options.explained, out);
      break;
    case Command::kExport:
      export_traces(options, out, diagnostics);
      break;
  }
  out.flush();
  if (!out) throw CommandError("cannot write to standard output");
  return static_cast<int>(ExitCode::kOk);
}

}  // namespace leak::scan
