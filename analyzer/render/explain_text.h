// The pages of `leakscan explain` on a terminal.
#pragma once

#include <ostream>
#include <vector>

#include "render/text_style.h"
#include "report/pattern_model.h"

namespace leak::scan {

// `related` are the pages that it names.
void write_page(const ReportPatternPage& page, const std::vector<const ReportPatternPage*>& related,
                const TextStyle& style, std::ostream& out);

// A line a page.
void write_page_list(const std::vector<const ReportPatternPage*>& pages, const TextStyle& style,
                     std::ostream& out);

}  // namespace leak::scan
