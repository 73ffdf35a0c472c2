// The HTML report: one file that opens anywhere, needs no network and no server. It computes nothing: the
// page draws the JSON report, which is embedded compressed.
#pragma once

#include <string>

#include "render/renderer.h"

namespace leak::scan {

// `report_json` is the whole JSON report (json_renderer). Fails only when memory is short (std::bad_alloc).
std::string render_html(const std::string& report_json);

class HtmlRenderer final : public Renderer {
 public:
  void render(const ReportModel& model, std::ostream& out) const override;
};

}  // namespace leak::scan
