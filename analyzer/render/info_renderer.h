// `leakscan info`: one trace after the other, as text or as JSON (an array when there are several).
#pragma once

#include <ostream>
#include <vector>

#include "report/trace_info.h"

namespace leak::scan {

void render_info_text(const std::vector<TraceInfo>& traces, std::ostream& out);
void render_info_json(const std::vector<TraceInfo>& traces, std::ostream& out);

}  // namespace leak::scan
