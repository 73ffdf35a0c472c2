// What gates found, for people: on a terminal, and as Markdown for a pull request or a job's summary.
#pragma once

#include <ostream>

#include "gate/gate_report.h"
#include "render/text_style.h"

namespace leak::scan {

void render_gate_text(const GateReport& report, const TextStyle& style, std::ostream& out);
void render_gate_markdown(const GateReport& report, std::ostream& out);

}  // namespace leak::scan
