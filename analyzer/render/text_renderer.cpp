#include "render/text_renderer.h"

#include "render/text_sections.h"

namespace leak::scan {

namespace {

void render_process(const TextContext& context) {
  write_header(context);
  write_figures(context);
  write_findings(context);
  write_rankings(context);
  write_comparison(context);
  write_mappings(context);
  write_diagnostics(context);
}

}  // namespace

void TextRenderer::render(const ReportModel& model, std::ostream& out) const {
  const TextStyle style(options_);
  out << style.ink("leakscan " + model.tool_version, Ink::kDim) << '\n';
  if (model.processes.size() > 1) write_process_tree(model, style, out);
  for (const ReportProcess& process : model.processes) {
    if (model.processes.size() > 1) out << '\n' << style.ink(std::string(40, '-'), Ink::kDim) << '\n';
    render_process({style, process, model.frames, out});
  }
}

}  // namespace leak::scan
