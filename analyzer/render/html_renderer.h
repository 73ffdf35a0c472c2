// The HTML report: one file that opens anywhere, needs no network and no server. It computes nothing: the
// page draws the JSON report, which is embedded in columns and compressed.
#pragma once

#include <string>

#include "render/renderer.h"

namespace leak::scan {

// `page_data` is the whole JSON report as the page reads it (json_page.h), or that of a comparison
// (json_diff). Fails only when memory is short (std::bad_alloc).
std::string render_html(const std::string& page_data);

class HtmlRenderer final : public Renderer {
 public:
  void render(const ReportModel& model, std::ostream& out) const override;
};

}  // namespace leak::scan
