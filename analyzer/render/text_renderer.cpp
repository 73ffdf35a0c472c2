#include "render/text_renderer.h"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <string>
#include <vector>

#include "render/text_sections.h"

namespace leak::scan {

namespace {

void render_process(const TextContext& context) {
  write_header(context);
  write_figures(context);
  write_truth(context);
  write_findings(context);
  write_cycles(context);
  write_holders(context);
  write_rankings(context);
  write_comparison(context);
  write_mappings(context);
  write_residency(context);
  write_resources(context);
  write_diagnostics(context);
}

// Which processes are told in full: those with findings, then those with the largest heaps. A build or a
// shell script easily has a hundred.
std::vector<bool> processes_in_full(const std::vector<ReportProcess>& processes, std::size_t limit) {
  std::vector<std::size_t> order(processes.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    const ReportProcess& left = processes[a];
    const ReportProcess& right = processes[b];
    if (left.severity != right.severity) return left.severity > right.severity;
    return left.totals.peak_bytes > right.totals.peak_bytes;
  });
  std::vector<bool> in_full(processes.size());
  for (std::size_t i = 0; i != std::min(limit, order.size()); ++i) in_full[order[i]] = true;
  return in_full;
}

}  // namespace

void TextRenderer::render(const ReportModel& model, std::ostream& out) const {
  const TextStyle style(options_);
  out << style.ink("leakscan " + model.tool_version, Ink::kDim) << '\n';
  if (model.processes.size() > 1) write_process_tree(model, style, out);
  const std::vector<bool> in_full =
      processes_in_full(model.processes, std::max<std::size_t>(options_.rows, 1));
  for (std::size_t i = 0; i != model.processes.size(); ++i) {
    if (!in_full[i]) continue;
    const ReportProcess& process = model.processes[i];
    if (model.processes.size() > 1) out << '\n' << style.ink(std::string(40, '-'), Ink::kDim) << '\n';
    render_process({style, process, model.frames, out});
  }
  const auto hidden = std::count(in_full.begin(), in_full.end(), false);
  if (hidden != 0) {
    out << '\n'
        << style.wrap(std::to_string(hidden) + " more processes are only in the tree above; --top " +
                          std::to_string(model.processes.size()) + " shows all.",
                      0)
        << '\n';
  }
}

}  // namespace leak::scan
