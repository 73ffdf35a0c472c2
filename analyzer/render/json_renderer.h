// The JSON report (docs/json-report.md). Written piece by piece, one line for each site and frame, so that a
// large report needs no second copy in memory and differs line by line.
#pragma once

#include "render/renderer.h"

namespace leak::scan {

class JsonRenderer final : public Renderer {
 public:
  void render(const ReportModel& model, std::ostream& out) const override;
};

// The same report as the HTML page holds it (json_page.h).
void render_page_data(const ReportModel& model, std::ostream& out);

}  // namespace leak::scan
