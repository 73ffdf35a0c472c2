// The page of the HTML report as report-templates/ builds it, with one open slot for the data (its README).
#pragma once

#include <string_view>

namespace leak::scan {

std::string_view report_template();

}  // namespace leak::scan
