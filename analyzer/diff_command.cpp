#include "diff_command.h"

#include <unistd.h>

#include <utility>

#include "base/command_error.h"
#include "cli/terminal.h"
#include "diff/compare.h"
#include "gate/diff_baseline.h"
#include "output_file.h"
#include "render/diff_renderers.h"
#include "render/gate_text.h"

namespace leak::scan {

namespace {

constexpr std::size_t kPlainWidth = 110;

DiffRequest request_of(const DiffOptions& options) {
  DiffRequest request;
  request.marker = options.per_marker;
  request.all_sites = options.all_sites;
  if (options.per_second) request.work = DiffWork::kSeconds;
  if (!options.per_marker.empty()) request.work = DiffWork::kMarker;
  return request;
}

void write(const std::string& path, const DiffModel& model, void (*render)(const DiffModel&, std::ostream&),
           std::ostream& out) {
  if (path.empty()) return;
  OutputFile file(path, out);
  render(model, file.stream());
  file.finish();
}

bool judge(const ReportModel& before, const ReportModel& after, const DiffModel& diff, GateInput gates,
           const TextStyle& style, std::ostream& diagnostics) {
  LeakSearch search = gates.search;
  search.renamed = renamed_program(before, after);
  gates.baseline = known_leaks(diff, find_leaks(before, search).leaks, find_leaks(after, gates.search).leaks);
  const GateReport report = evaluate_gates(after, gates);
  render_gate_text(report, style, diagnostics);
  return report.failed;
}

}  // namespace

bool compare_and_write(const ReportModel& before, const ReportModel& after, const Options& options,
                       GateInput gates, std::ostream& out, std::ostream& diagnostics) {
  const DiffModel diff = compare(before, after, request_of(options.diff));
  const OutputOptions& output = options.output;
  const std::string& markdown = options.gate.markdown;
  write(output.json, diff, render_diff_json, out);
  write(output.html, diff, render_diff_html, out);
  write(markdown, diff, render_diff_markdown, out);
  if (output.text || (output.json.empty() && output.html.empty() && markdown.empty())) {
    const TextStyle style(
        {wants_colours(STDOUT_FILENO), terminal_width(STDOUT_FILENO, kPlainWidth), output.top});
    render_diff_text(diff, style, out);
  }
  if (gates.rules.empty()) return false;
  const TextStyle style(
      {wants_colours(STDERR_FILENO), terminal_width(STDERR_FILENO, kPlainWidth), output.top});
  return judge(before, after, diff, std::move(gates), style, diagnostics);
}

}  // namespace leak::scan
