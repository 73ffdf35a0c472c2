// Figures of a comparison as all of its renderers write them.
#pragma once

#include <string>
#include <vector>

#include "diff/diff_model.h"

namespace leak::scan {

const char* verdict_text(DiffVerdict verdict);  // "new leak", "more", ...

std::string bytes_change(double change);  // "+1.5 KiB", "-20 B", "0 B"
std::string count_change(double change);  // "+1,234", "-0.25", "0"

struct DiffTotalRow {
  std::string name;
  std::string before;
  std::string after;
  std::string change;
};

// Live, lost, peak, allocations, duration; what was not scanned is "?".
std::vector<DiffTotalRow> total_rows(const DiffModel& model);

std::string per_unit(const DiffModel& model);  // " per request", or nothing

}  // namespace leak::scan
